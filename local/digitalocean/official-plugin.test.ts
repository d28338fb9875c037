import { describe, expect, it } from "vitest";
import { startTestApi } from "./testing/api.ts";
import { createDroplet } from "./testing/orders.ts";

const publicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMRqeyMNx79V/ALl8rCx4SrYe57wHPRM0AcHABzwjIwU op";

/**
 * The bodies that the official Pulumi plugin (4.80.1) was seen to send, with all their empty strings and nulls, and the
 * statuses that it was answered.
 */
describe("requests of the official plugin are taken:", () => {
  it("a droplet with everything, then its in-place changes", async () => {
    const api = await startTestApi();
    const key = await api.request("POST", "/v2/account/keys", { name: "op", public_key: publicKey });
    const { id: keyId } = (key.body as { ssh_key: { id: number } }).ssh_key;
    await api.request("POST", "/v2/vpcs", { name: "first", region: "fra1" });
    const vpc = await api.request("POST", "/v2/vpcs", { name: "net", region: "fra1", ip_range: "10.20.0.0/20" });
    const { id: vpcId } = (vpc.body as { vpc: { id: string } }).vpc;
    const created = await api.request("POST", "/v2/droplets", {
      name: "im",
      region: "fra1",
      size: "s-1vcpu-1gb",
      image: "debian-13-x64",
      ssh_keys: [keyId],
      backups: false,
      ipv6: true,
      private_networking: false,
      monitoring: true,
      user_data: "#cloud-config\n{}\n",
      tags: ["imera"],
      vpc_uuid: vpcId,
      with_droplet_agent: false,
    });
    expect(created).toMatchObject({
      status: 202,
      body: { droplet: { features: ["ipv6", "monitoring", "private_networking"] } },
    });
    const { id } = (created.body as { droplet: { id: number } }).droplet;
    await api.settled();
    for (const body of [
      { name: "im2", type: "rename" },
      { type: "power_off" },
      { disk: false, size: "s-1vcpu-2gb", type: "resize" },
      { type: "power_on" },
      { type: "enable_backups" },
    ]) {
      expect(await api.request("POST", `/v2/droplets/${id}/actions`, body)).toMatchObject({ status: 201 });
      await api.settled();
    }
    expect(await api.request("PUT", `/v2/vpcs/${vpcId}`, { name: "net2", default: false })).toMatchObject({
      status: 200,
    });
  });

  it("volumes", async () => {
    const api = await startTestApi();
    const created = await api.request("POST", "/v2/volumes", {
      region: "fra1",
      name: "data",
      description: "d",
      size_gigabytes: 10,
      snapshot_id: "",
      filesystem_type: "",
      filesystem_label: "",
      tags: ["imera"],
    });
    expect(created).toMatchObject({ status: 201, body: { volume: { droplet_ids: [], tags: ["imera"] } } });
    const { id } = (created.body as { volume: { id: string } }).volume;
    const resources = { resources: [{ resource_id: id, resource_type: "volume" }] };
    expect(await api.request("DELETE", "/v2/tags/imera/resources", resources)).toMatchObject({ status: 204 });
    const dropletId = await createDroplet(api);
    for (const body of [
      { region: "fra1", size_gigabytes: 20, type: "resize" },
      { droplet_id: dropletId, type: "attach" },
      { droplet_id: dropletId, type: "detach" },
    ]) {
      expect(await api.request("POST", `/v2/volumes/${id}/actions`, body)).toMatchObject({ status: 202 });
      await api.settled();
    }
  });

  it("a firewall, then one whose lists are null", async () => {
    const api = await startTestApi();
    const dropletId = await createDroplet(api, { tags: ["imera"] });
    const everywhere = { addresses: ["0.0.0.0/0", "::/0"] };
    const body = {
      name: "fw",
      inbound_rules: [
        { protocol: "tcp", ports: "4369", sources: { tags: ["imera"] } },
        { protocol: "icmp", sources: { addresses: ["0.0.0.0/0"] } },
        { protocol: "udp", ports: "49152-65535", sources: { addresses: ["0.0.0.0/0"] } },
      ],
      outbound_rules: [{ protocol: "tcp", ports: "1-65535", destinations: everywhere }],
      droplet_ids: [dropletId],
      tags: ["imera"],
    };
    const created = await api.request("POST", "/v2/firewalls", body);
    expect(created).toMatchObject({ status: 202, body: { firewall: { status: "succeeded", pending_changes: [] } } });
    const { id } = (created.body as { firewall: { id: string } }).firewall;
    const changed = { ...body, outbound_rules: null, droplet_ids: null, tags: [] };
    expect(await api.request("PUT", `/v2/firewalls/${id}`, changed)).toMatchObject({
      status: 200,
      body: { firewall: { outbound_rules: [], droplet_ids: [], tags: [] } },
    });
  });

  it("projects", async () => {
    const api = await startTestApi();
    const body = { name: "imera", description: "d", purpose: "Web Application", environment: "Production" };
    const created = await api.request("POST", "/v2/projects", body);
    expect(created.status).toBe(201);
    const { id } = (created.body as { project: { id: string } }).project;
    expect(await api.request("PATCH", `/v2/projects/${id}`, { ...body, is_default: false })).toMatchObject({
      status: 200,
    });
    expect(await api.request("GET", `/v2/projects/${id}/resources?page=1&per_page=200`)).toMatchObject({
      body: { resources: [] },
    });
  });
});
