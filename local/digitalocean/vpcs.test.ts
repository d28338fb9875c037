import { describe, expect, it } from "vitest";
import { startTestApi, type TestApi } from "./testing/api.ts";
import { createDroplet } from "./testing/orders.ts";

/** Makes the VPC that becomes the region's default. */
function useRegion(api: TestApi) {
  return api.request("POST", "/v2/vpcs", { name: "first", region: "fra1" });
}

describe("a VPC", () => {
  it("that is its region's first is the default one, and stays", async () => {
    const api = await startTestApi();
    const first = await useRegion(api);
    expect(first).toMatchObject({ status: 201, body: { vpc: { default: true } } });
    const { id } = (first.body as { vpc: { id: string } }).vpc;
    expect(await api.request("DELETE", `/v2/vpcs/${id}`)).toMatchObject({
      status: 403,
      body: { message: "Can not delete default VPC" },
    });
    const elsewhere = await api.request("POST", "/v2/vpcs", { name: "ams", region: "ams3" });
    expect(elsewhere).toMatchObject({ body: { vpc: { default: true } } });
    const second = await api.request("POST", "/v2/vpcs", { name: "second", region: "fra1" });
    expect(second).toMatchObject({ body: { vpc: { default: false } } });
  });

  it("gets a range of the plan, and holds its droplets", async () => {
    const api = await startTestApi();
    await useRegion(api);
    const created = await api.client.vpcs.post({ name: "net", region: "fra1" });
    expect(created?.vpc?.ipRange).toBe("10.98.7.32/27");
    const id = created?.vpc?.id ?? "";
    const droplet = await createDroplet(api, { vpcUuid: id });
    expect(api.hypervisor.droplets.get(droplet)?.network.vpc).toEqual({
      id,
      ipv4: "10.98.7.34",
      ipv4Cidr: "10.98.7.32/27",
    });
    expect(await api.request("GET", `/v2/vpcs/${id}/members`)).toMatchObject({
      body: { members: [{ urn: `do:droplet:${droplet}`, name: "im" }] },
    });
    expect(await api.request("DELETE", `/v2/vpcs/${id}`)).toMatchObject({
      status: 403,
      body: { message: "Can not delete VPC with members" },
    });
    await api.client.droplets.byDroplet_id(droplet).delete();
    await api.settled();
    expect((await api.request("DELETE", `/v2/vpcs/${id}`)).status).toBe(204);
    expect((await api.request("GET", `/v2/vpcs/${id}`)).status).toBe(404);
  });

  it("takes the range that is asked for, and changes name and description", async () => {
    const api = await startTestApi();
    await useRegion(api);
    const body = { name: "net", region: "fra1", ip_range: "10.20.0.0/20" };
    const created = await api.request("POST", "/v2/vpcs", body);
    expect(created).toMatchObject({
      status: 201,
      body: { vpc: { ip_range: "10.20.0.0/20", default: false, description: "" } },
    });
    const { id } = (created.body as { vpc: { id: string } }).vpc;
    const changed = await api.request("PUT", `/v2/vpcs/${id}`, { name: "net2", description: "d", default: false });
    expect(changed).toMatchObject({ status: 200, body: { vpc: { name: "net2", description: "d" } } });
    const droplet = await createDroplet(api, { vpcUuid: id });
    expect(api.hypervisor.droplets.get(droplet)?.network.vpc.ipv4).toBe("10.20.0.2");
  });

  it("becomes its region's default when asked", async () => {
    const api = await startTestApi();
    await useRegion(api);
    const created = await api.client.vpcs.post({ name: "net", region: "fra1" });
    const id = created?.vpc?.id ?? "";
    expect((await api.request("PATCH", `/v2/vpcs/${id}`, { default: true })).status).toBe(200);
    const { vpcs } = (await api.request("GET", "/v2/vpcs")).body as { vpcs: { id: string; default: boolean }[] };
    expect(vpcs.filter((vpc) => vpc.default).map((vpc) => vpc.id)).toEqual([id]);
    expect(await api.request("DELETE", `/v2/vpcs/${id}`)).toMatchObject({ status: 403 });
  });

  it.each([
    [{ ip_range: "10.20.0.0/15" }, "between /16 and /28"],
    [{ ip_range: "10.20.0.0/29" }, "between /16 and /28"],
    [{ ip_range: "10.20.0.1/24" }, "CIDR"],
    [{ ip_range: "203.0.113.0/24" }, "RFC 1918"],
    [{ ip_range: "10.30.128.0/24" }, "overlaps with another VPC"],
    [{ ip_range: "10.99.7.0/24" }, "reserved range 10.99.7.0/24"],
    [{ ip_range: "10.244.1.0/24" }, "reserved range 10.244.0.0/16"],
    [{ region: "xyz1" }, "invalid region"],
    [{ name: "a b" }, "name: may only have"],
    [{ name: "taken" }, "already in use"],
  ])("is refused with %j", async (changes, message) => {
    const api = await startTestApi();
    await api.request("POST", "/v2/vpcs", { name: "taken", region: "fra1", ip_range: "10.30.0.0/16" });
    const answer = await api.request("POST", "/v2/vpcs", { name: "net", region: "fra1", ...changes });
    expect(answer).toMatchObject({ status: 422, body: { message: expect.stringContaining(message) as string } });
  });

  it("with no range left is refused", async () => {
    const api = await startTestApi();
    await useRegion(api);
    for (let count = 0; count < 7; count++) {
      expect((await api.request("POST", "/v2/vpcs", { name: `net${count}`, region: "fra1" })).status).toBe(201);
    }
    expect(await api.request("POST", "/v2/vpcs", { name: "more", region: "fra1" })).toMatchObject({
      status: 422,
      body: { message: expect.stringContaining("No VPC range is left") as string },
    });
  });
});
