import { describe, expect, it } from "vitest";
import { startTestApi, type TestApi } from "./testing/api.ts";
import { createDroplet } from "./testing/orders.ts";

const anywhere = { addresses: ["0.0.0.0/0", "::/0"] };
const outbound = [{ protocol: "tcp", ports: "all", destinations: anywhere }];

async function createFirewall(api: TestApi, body: object): Promise<string> {
  const answer = await api.request("POST", "/v2/firewalls", body);
  expect(answer).toMatchObject({ status: 202 });
  return (answer.body as { firewall: { id: string } }).firewall.id;
}

describe("a firewall", () => {
  it("becomes the filter of the droplets that it names by id and by tag", async () => {
    const api = await startTestApi();
    await api.request("POST", "/v2/tags", { name: "imera" });
    await createFirewall(api, {
      name: "fw",
      inbound_rules: [
        { protocol: "tcp", ports: "5222", sources: anywhere },
        { protocol: "tcp", ports: "4369", sources: { tags: ["imera"] } },
        { protocol: "udp", ports: "49152-65535", sources: { addresses: ["192.0.2.1"] } },
        { protocol: "icmp", sources: { addresses: ["0.0.0.0/0"] } },
      ],
      outbound_rules: outbound,
      tags: ["imera"],
    });
    expect(api.hypervisor.filters).toEqual([]);
    const id = await createDroplet(api, { tags: ["imera"], ipv6: true });
    await createDroplet(api, { name: "open" });
    expect(api.hypervisor.filters).toEqual([
      {
        dropletId: id,
        network: api.hypervisor.droplets.get(id)?.network,
        inbound: [
          { protocol: "tcp", ports: { first: 5222, last: 5222 }, peerCidrs: ["0.0.0.0/0", "::/0"] },
          {
            protocol: "tcp",
            ports: { first: 4369, last: 4369 },
            peerCidrs: ["10.99.7.16/32", "10.98.7.2/32", "fd99:0:0:7::10/128"],
          },
          { protocol: "udp", ports: { first: 49152, last: 65535 }, peerCidrs: ["192.0.2.1/32"] },
          { protocol: "icmp", peerCidrs: ["0.0.0.0/0"] },
        ],
        outbound: [{ protocol: "tcp", peerCidrs: ["0.0.0.0/0", "::/0"] }],
      },
    ]);
  });

  it("answers ports as DigitalOcean does: 0 for all and for icmp", async () => {
    const api = await startTestApi();
    const created = await api.client.firewalls.post({
      name: "fw",
      inboundRules: [{ protocol: "icmp", ports: "", sources: anywhere }],
      outboundRules: [{ protocol: "tcp", ports: "all", destinations: anywhere }],
    });
    expect(created?.firewall).toMatchObject({ name: "fw", status: "succeeded" });
    expect(await api.request("GET", `/v2/firewalls/${created?.firewall?.id ?? ""}`)).toMatchObject({
      body: {
        firewall: {
          inbound_rules: [{ protocol: "icmp", ports: "0", sources: anywhere }],
          outbound_rules: [{ protocol: "tcp", ports: "0", destinations: anywhere }],
          pending_changes: [],
        },
      },
    });
  });

  it("unites with others, and leaves a droplet open once it is gone", async () => {
    const api = await startTestApi();
    const id = await createDroplet(api);
    const first = await createFirewall(api, { name: "one", outbound_rules: outbound, droplet_ids: [id] });
    const second = await createFirewall(api, {
      name: "two",
      inbound_rules: [{ protocol: "tcp", ports: "22", sources: { droplet_ids: [id] } }],
      droplet_ids: [id],
    });
    expect(api.hypervisor.filters).toMatchObject([
      { inbound: [{ peerCidrs: ["10.99.7.16/32", "10.98.7.2/32"] }], outbound: [{ protocol: "tcp" }] },
    ]);
    expect(await api.request("GET", `/v2/droplets/${id}/firewalls`)).toMatchObject({ body: { meta: { total: 2 } } });
    for (const firewall of [first, second]) {
      expect((await api.request("DELETE", `/v2/firewalls/${firewall}`)).status).toBe(204);
    }
    expect(api.hypervisor.filters).toEqual([]);
  });

  it("follows tags that come and go", async () => {
    const api = await startTestApi();
    const id = await createDroplet(api);
    await api.request("POST", "/v2/tags", { name: "web" });
    await createFirewall(api, { name: "fw", outbound_rules: outbound, tags: ["web"] });
    const resources = { resources: [{ resource_id: String(id), resource_type: "droplet" }] };
    expect(await api.request("POST", "/v2/tags/web/resources", resources)).toMatchObject({ status: 204 });
    expect(api.hypervisor.filters).toMatchObject([{ dropletId: id }]);
    await api.request("DELETE", "/v2/tags/web/resources", resources);
    expect(api.hypervisor.filters).toEqual([]);
    await api.request("POST", "/v2/tags/web/resources", resources);
    expect((await api.request("DELETE", "/v2/tags/web")).status).toBe(204);
    expect(api.hypervisor.filters).toEqual([]);
    expect(await api.request("GET", `/v2/droplets/${id}`)).toMatchObject({ body: { droplet: { tags: [] } } });
  });

  it("changes by its sub-routes", async () => {
    const api = await startTestApi();
    const id = await createDroplet(api);
    const firewall = await createFirewall(api, { name: "fw", outbound_rules: outbound });
    const change = (method: string, part: string, body: object) =>
      api.request(method, `/v2/firewalls/${firewall}/${part}`, body);
    const rules = { inbound_rules: [{ protocol: "tcp", ports: "22", sources: anywhere }] };
    await api.request("POST", "/v2/tags", { name: "web" });
    expect(await change("POST", "droplets", { droplet_ids: [id] })).toMatchObject({ status: 204 });
    expect(await change("POST", "rules", rules)).toMatchObject({ status: 204 });
    expect(await change("POST", "tags", { tags: ["web"] })).toMatchObject({ status: 204 });
    expect(api.hypervisor.filters).toMatchObject([{ dropletId: id, inbound: [{ ports: { first: 22, last: 22 } }] }]);
    expect(await change("DELETE", "rules", rules)).toMatchObject({ status: 204 });
    expect(api.hypervisor.filters).toMatchObject([{ inbound: [] }]);
    expect(await change("DELETE", "droplets", { droplet_ids: [id] })).toMatchObject({ status: 204 });
    expect(api.hypervisor.filters).toEqual([]);
  });

  it("that the hypervisor cannot apply is not there", async () => {
    const api = await startTestApi();
    api.hypervisor.failNext("applyFirewalls", new Error("nft: syntax error"));
    const answer = await api.request("POST", "/v2/firewalls", { name: "fw", outbound_rules: outbound });
    expect(answer.status).toBe(500);
    expect(await api.request("GET", "/v2/firewalls")).toMatchObject({ body: { firewalls: [] } });
  });

  it.each([
    [{ inbound_rules: null, outbound_rules: null }, 422, "at least one rule"],
    [{ tags: ["none"] }, 422, "not found: none"],
    [{ droplet_ids: [1] }, 422, "Droplet 1 does not exist"],
    [{ inbound_rules: [{ protocol: "tcp", ports: "0-70000", sources: anywhere }] }, 422, "ports"],
    [{ inbound_rules: [{ protocol: "tcp", sources: anywhere }] }, 422, "ports"],
    [{ inbound_rules: [{ protocol: "gre", ports: "1", sources: anywhere }] }, 422, "protocol"],
    [{ inbound_rules: [{ protocol: "tcp", ports: "1", sources: { addresses: ["10.0.0.0/99"] } }] }, 422, "10.0.0.0/99"],
    [{ inbound_rules: [{ protocol: "tcp", ports: "1", sources: {} }] }, 422, "must name"],
    [
      { inbound_rules: [{ protocol: "tcp", ports: "1", sources: { load_balancer_uids: ["a"] } }] },
      501,
      "load balancers",
    ],
    [{ name: "taken" }, 409, "duplicate name"],
    [{ name: "-" }, 422, "name"],
  ])("is refused with %j", async (changes, status, message) => {
    const api = await startTestApi();
    await createFirewall(api, { name: "taken", outbound_rules: outbound });
    const answer = await api.request("POST", "/v2/firewalls", { name: "fw", outbound_rules: outbound, ...changes });
    expect(answer).toMatchObject({ status, body: { message: expect.stringContaining(message) as string } });
  });
});
