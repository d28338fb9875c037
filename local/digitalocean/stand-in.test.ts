import { describe, expect, it } from "vitest";
import { startTestApi } from "./testing/api.ts";
import { startStack } from "./testing/stand-in-stack.ts";

const publicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMRqeyMNx79V/ALl8rCx4SrYe57wHPRM0AcHABzwjIwU op";

describe("the stand-in plugin over the local API", () => {
  it("makes a network, finds no drift, and leaves nothing", async () => {
    const api = await startTestApi();
    // The region's default one, which would stay.
    await api.request("POST", "/v2/vpcs", { name: "first", region: "fra1" });
    const stack = await startStack(api);
    await stack.create("Tag", { name: "imera" });
    const vpc = await stack.create("Vpc", { name: "net", region: "fra1" });
    const key = await stack.create("SshKey", { name: "op", publicKey });
    const anywhere = ["0.0.0.0/0", "::/0"];
    await stack.create("Firewall", {
      name: "fw",
      tags: ["imera"],
      inboundRules: [
        { protocol: "tcp", portRange: "5222", sourceAddresses: anywhere },
        { protocol: "icmp", sourceAddresses: anywhere },
        { protocol: "tcp", portRange: "4369", sourceTags: ["imera"] },
      ],
      outboundRules: [{ protocol: "tcp", portRange: "1-65535", destinationAddresses: anywhere }],
    });
    const volume = await stack.create("Volume", { name: "data", region: "fra1", size: 10 });
    const droplet = await stack.create("Droplet", {
      name: "n1.example.org",
      region: "fra1",
      size: "s-1vcpu-1gb",
      image: "debian-13-x64",
      ipv6: true,
      dropletAgent: false,
      vpcUuid: vpc.id,
      tags: ["imera"],
      sshKeys: [key.id],
      userData: "#cloud-config\n{}\n",
    });
    expect(droplet.outs).toMatchObject({
      ipv4Address: "10.99.7.16",
      ipv6Address: "fd99:0000:0000:0007:0000:0000:0000:0010",
      status: "active",
    });
    await stack.create("VolumeAttachment", { volumeId: volume.id, dropletId: Number(droplet.id) });
    const address = await stack.create("ReservedIp", { region: "fra1" });
    await stack.create("ReservedIpAssignment", { ipAddress: address.id, dropletId: Number(droplet.id) });
    const project = await stack.create("Project", {
      name: "imera",
      purpose: "Web Application",
      environment: "Production",
    });
    await stack.create("ProjectResources", { project: project.id, resources: [`do:droplet:${droplet.id}`] });
    expect(api.hypervisor.filters).toHaveLength(1);
    // As at DigitalOcean, attachments and assignments show in what was made before them.
    await stack.refresh();
    await stack.expectNoDrift();
    await stack.destroy();
    await api.settled();
    expect([api.hypervisor.droplets.size, api.hypervisor.volumes.size]).toEqual([0, 0]);
    expect([api.hypervisor.filters, api.hypervisor.reservedIps]).toEqual([[], []]);
  });

  it("changes a droplet and a volume in place", async () => {
    const api = await startTestApi();
    const stack = await startStack(api);
    const order = { name: "n1", region: "fra1", size: "s-1vcpu-1gb", image: "debian-13-x64" };
    const droplet = await stack.create("Droplet", order);
    const resized = await stack.update(droplet, { size: "s-2vcpu-2gb" });
    expect(resized).toMatchObject({ size: "s-2vcpu-2gb", memory: 2048, status: "active" });
    const volume = await stack.create("Volume", { name: "data", region: "fra1", size: 10 });
    expect(await stack.update(volume, { size: 20 })).toMatchObject({ size: 20 });
  });

  it("leaves a droplet on whose new size there is none, and resizes it afterwards", async () => {
    const api = await startTestApi();
    const stack = await startStack(api);
    const order = { name: "n1", region: "fra1", size: "s-1vcpu-1gb", image: "debian-13-x64" };
    const droplet = await stack.create("Droplet", order);
    await expect(stack.update(droplet, { size: "s-1vcpu-1gbb" })).rejects.toThrow("invalid size for Droplet resize");
    await stack.refresh();
    expect(droplet.outs).toMatchObject({ status: "active", size: "s-1vcpu-1gb" });
    await api.request("POST", `/v2/droplets/${droplet.id}/actions`, { type: "power_off" });
    await api.settled();
    expect(await stack.update(droplet, { size: "s-2vcpu-2gb" })).toMatchObject({ status: "active", memory: 2048 });
  });

  it("makes a droplet of another one's snapshot", async () => {
    const api = await startTestApi();
    const stack = await startStack(api);
    const order = { region: "fra1", size: "s-1vcpu-1gb" };
    const first = await stack.create("Droplet", { ...order, name: "n1", image: "debian-13-x64" });
    await api.request("POST", `/v2/droplets/${first.id}/actions`, { type: "power_off" });
    await api.settled();
    const snapshot = await stack.create("DropletSnapshot", { name: "prepared", dropletId: first.id });
    expect(snapshot.outs).toMatchObject({ regions: ["fra1"], dropletId: first.id });
    await stack.create("Droplet", { ...order, name: "n2", image: snapshot.id });
    await stack.refresh();
    await stack.expectNoDrift();
    await stack.destroy();
  });

  it("says what the API says", async () => {
    const api = await startTestApi();
    const stack = await startStack(api);
    const order = { name: "n1", region: "xyz1", size: "s-1vcpu-1gb", image: "debian-13-x64" };
    await expect(stack.create("Droplet", order)).rejects.toThrow(
      "You specified an invalid region for Droplet creation.",
    );
    api.hypervisor.failNext("createDroplet", new Error("no memory"));
    await expect(stack.create("Droplet", { ...order, region: "fra1" })).rejects.toThrow(/did not start/);
  });
});
