import { describe, expect, it } from "vitest";
import { startTestApi, type TestApi } from "./testing/api.ts";
import { createDroplet } from "./testing/orders.ts";

async function reserve(api: TestApi): Promise<string> {
  const answer = await api.client.reserved_ips.post({ region: "fra1" });
  return answer?.reservedIp?.ip ?? "none";
}

const assign = (api: TestApi, ip: string, dropletId: number) =>
  api.request("POST", `/v2/reserved_ips/${ip}/actions`, { type: "assign", droplet_id: dropletId });

describe("a reserved IP", () => {
  it("moves from droplet to droplet", async () => {
    const api = await startTestApi();
    const [a, b] = [await createDroplet(api), await createDroplet(api, { name: "b" })];
    const ip = await reserve(api);
    expect(ip).toBe("10.99.7.128");
    expect(api.hypervisor.reservedIps).toEqual([{ ipv4: ip }]);
    const started = await api.client.reserved_ips.byReserved_ip(ip).actions.post({ type: "assign", dropletId: a });
    expect(started?.action).toMatchObject({ type: "assign", status: "in-progress" });
    await api.settled();
    expect(await api.request("GET", `/v2/reserved_ips/${ip}/actions/${started?.action?.id ?? 0}`)).toMatchObject({
      body: { action: { status: "completed", resource_type: "reserved_ip" } },
    });
    expect(api.hypervisor.reservedIps).toEqual([{ ipv4: ip, droplet: { id: a, publicIpv4: "10.99.7.16" } }]);
    expect((await assign(api, ip, b)).status).toBe(201);
    await api.settled();
    const moved = await api.client.reserved_ips.byReserved_ip(ip).get();
    expect(moved?.reservedIp?.droplet?.id).toBe(b);
  });

  it("is unassigned once, then deleted, and not given again at once", async () => {
    const api = await startTestApi();
    const droplet = await createDroplet(api);
    const ip = await reserve(api);
    await assign(api, ip, droplet);
    await api.settled();
    const unassign = () => api.request("POST", `/v2/reserved_ips/${ip}/actions`, { type: "unassign" });
    expect((await unassign()).status).toBe(201);
    await api.settled();
    expect((await unassign()).status).toBe(422);
    expect((await api.request("DELETE", `/v2/reserved_ips/${ip}`)).status).toBe(204);
    expect(api.hypervisor.reservedIps).toEqual([]);
    expect(await reserve(api)).toBe("10.99.7.129");
  });

  it("can be ordered for a droplet", async () => {
    const api = await startTestApi();
    const droplet_id = await createDroplet(api);
    const answer = await api.request("POST", "/v2/reserved_ips", { droplet_id });
    expect(answer).toMatchObject({ status: 202, body: { links: { actions: [{ rel: "assign_ip" }] } } });
    await api.settled();
    expect(api.hypervisor.reservedIps).toMatchObject([{ droplet: { id: droplet_id } }]);
  });

  it("is refused in another region, for a droplet that has one or is busy, and beyond the limit", async () => {
    const api = await startTestApi();
    const [near, far] = [await createDroplet(api), await createDroplet(api, { name: "far", region: "ams3" })];
    const [first, second] = [await reserve(api), await reserve(api)];
    expect(await assign(api, first, far)).toMatchObject({
      status: 422,
      body: { message: expect.stringContaining("region") as string },
    });
    expect(await assign(api, first, 1)).toMatchObject({ status: 422 });
    const assigned = api.hypervisor.hold("applyReservedIps");
    await assign(api, first, near);
    expect(await assign(api, second, near)).toMatchObject({
      status: 422,
      body: { message: "Droplet already has a pending event." },
    });
    assigned();
    await api.settled();
    expect(await assign(api, second, near)).toMatchObject({
      status: 422,
      body: { message: "The Droplet already has a Reserved IP." },
    });
    for (let count = 2; count < 5; count++) await reserve(api);
    expect(await api.request("POST", "/v2/reserved_ips", { region: "fra1" })).toMatchObject({ status: 422 });
    expect(await api.request("POST", "/v2/reserved_ips", { region: "xyz1" })).toMatchObject({ status: 422 });
  });

  it("stays where it was when the hypervisor cannot move it", async () => {
    const api = await startTestApi();
    const droplet = await createDroplet(api);
    const ip = await reserve(api);
    api.hypervisor.failNext("applyReservedIps", new Error("nft"));
    await assign(api, ip, droplet);
    await api.settled();
    expect(await api.request("GET", `/v2/reserved_ips/${ip}`)).toMatchObject({
      body: { reserved_ip: { droplet: null } },
    });
    expect(await api.request("GET", `/v2/reserved_ips/${ip}/actions`)).toMatchObject({
      body: { actions: [{ status: "errored" }] },
    });
  });
});
