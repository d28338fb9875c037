import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { openStore } from "../emulation/store.ts";
import { startTestApi, type TestApi } from "./testing/api.ts";
import { createMemoryHypervisor } from "./testing/memory-hypervisor.ts";
import { createDroplet, createVolume, dropletOrder } from "./testing/orders.ts";

describe("after a restart", () => {
  let path: string;
  beforeEach(async () => {
    const folder = await mkdtemp(join(tmpdir(), "digitalocean-"));
    path = join(folder, "cloud.json");
    // Registered first, so it runs after the APIs have written for the last time.
    onTestFinished(() => rm(folder, { recursive: true }));
  });

  const start = () => startTestApi({ store: openStore(path) });

  it("droplets, volumes, filters and reserved IPs are as they were", async () => {
    const before = await start();
    await fill(before);
    const after = await start();
    for (const list of [
      "droplets",
      "volumes",
      "firewalls",
      "reserved_ips",
      "vpcs",
      "tags",
      "projects",
      "actions",
      "account/keys",
    ]) {
      const [old, now] = [await before.request("GET", `/v2/${list}`), await after.request("GET", `/v2/${list}`)];
      expect(JSON.stringify(now.body)).toBe(JSON.stringify(old.body).replaceAll(before.url, after.url));
    }
    expect(after.hypervisor.droplets).toEqual(before.hypervisor.droplets);
    expect(after.hypervisor.volumes).toEqual(before.hypervisor.volumes);
    expect(after.hypervisor.filters).toEqual(before.hypervisor.filters);
    expect(after.hypervisor.reservedIps).toEqual(before.hypervisor.reservedIps);
    const { calls } = after.hypervisor;
    expect(calls.indexOf("applyFirewalls")).toBeLessThan(calls.findIndex((call) => call.startsWith("createDroplet")));
  });

  it("a droplet that was off stays off, and ids go on", async () => {
    const before = await start();
    const id = await createDroplet(before);
    await before.request("POST", `/v2/droplets/${id}/actions`, { type: "power_off" });
    await before.settled();
    const after = await start();
    expect(after.hypervisor.calls).not.toContain(`createDroplet ${id}`);
    expect(await createDroplet(after, { name: "next" })).toBeGreaterThan(id + 1);
  });

  it("an action that was under way is done again", async () => {
    const before = await start();
    before.hypervisor.hold("createDroplet");
    const answer = await before.request("POST", "/v2/droplets", dropletOrder);
    const { droplet } = answer.body as { droplet: { id: number } };
    const after = await start();
    await after.settled();
    expect(after.hypervisor.droplets.get(droplet.id)).toMatchObject({ power: "on" });
    expect(await after.request("GET", `/v2/droplets/${droplet.id}`)).toMatchObject({
      body: { droplet: { status: "active", locked: false } },
    });
  });

  it("a hypervisor that fails keeps the API from starting", async () => {
    const before = await start();
    await createDroplet(before);
    const hypervisor = createMemoryHypervisor();
    hypervisor.failNext("createDroplet", new Error("incus is not there"));
    await expect(startTestApi({ store: openStore(path), hypervisor })).rejects.toThrow("incus is not there");
  });
});

async function fill(api: TestApi): Promise<void> {
  const volume = await createVolume(api, { tags: ["imera"] });
  const id = await createDroplet(api, { tags: ["imera"], ipv6: true, userData: "#cloud-config\n", volumes: [volume] });
  await api.request("POST", "/v2/reserved_ips", { droplet_id: id });
  await api.settled();
  const outbound_rules = [{ protocol: "tcp", ports: "all", destinations: { addresses: ["0.0.0.0/0"] } }];
  expect((await api.request("POST", "/v2/firewalls", { name: "fw", outbound_rules, tags: ["imera"] })).status).toBe(
    202,
  );
}
