import { describe, expect, it } from "vitest";
import { startTestApi, type TestApi } from "./testing/api.ts";
import { createDroplet, dropletOrder } from "./testing/orders.ts";

const snapshotOf = (api: TestApi, dropletId: number) =>
  api.request("POST", `/v2/droplets/${dropletId}/actions`, { type: "snapshot", name: "prepared" });

/** Makes a droplet, turns it off, makes a snapshot of it. Gives both ids. */
async function snapshotOfNewDroplet(api: TestApi): Promise<{ dropletId: number; id: number }> {
  const dropletId = await createDroplet(api);
  await api.request("POST", `/v2/droplets/${dropletId}/actions`, { type: "power_off" });
  await api.settled();
  expect(await snapshotOf(api, dropletId)).toMatchObject({ status: 201, body: { action: { type: "snapshot" } } });
  await api.settled();
  const { body } = await api.request("GET", `/v2/droplets/${dropletId}`);
  const [id = 0] = (body as { droplet: { snapshot_ids: number[] } }).droplet.snapshot_ids;
  return { dropletId, id };
}

describe("a snapshot of a droplet", () => {
  it("is made of its disk, and listed as snapshot and as image", async () => {
    const api = await startTestApi();
    const { dropletId, id } = await snapshotOfNewDroplet(api);
    expect(api.hypervisor.calls).toContain(`snapshotDroplet ${dropletId} ${id}`);
    const snapshot = { id: String(id), resource_id: String(dropletId), min_disk_size: 25, regions: ["fra1"] };
    const image = { id, name: "prepared", slug: null, public: false, type: "snapshot", regions: ["fra1"] };
    for (const [path, body] of [
      ["/v2/snapshots?resource_type=droplet", { snapshots: [snapshot] }],
      ["/v2/snapshots?resource_type=volume", { snapshots: [] }],
      [`/v2/snapshots/${id}`, { snapshot }],
      [`/v2/droplets/${dropletId}/snapshots`, { snapshots: [{ id, type: "snapshot" }] }],
      ["/v2/images?private=true", { images: [image] }],
      ["/v2/images?type=distribution", { images: [{ slug: "debian-13-x64" }] }],
      [`/v2/images/${id}`, { image }],
    ] as const) {
      expect(await api.request("GET", path), path).toMatchObject({ status: 200, body });
    }
  });

  it.each([(id: number) => id, String])(
    "is an image that droplets are made from, by number and as text",
    async (as) => {
      const api = await startTestApi();
      const { id } = await snapshotOfNewDroplet(api);
      const { body } = await api.request("POST", "/v2/droplets", { ...dropletOrder, image: as(id) });
      await api.settled();
      const { droplet } = body as { droplet: { id: number } };
      expect(api.hypervisor.droplets.get(droplet.id)?.image).toBe(String(id));
      expect(await api.request("GET", `/v2/droplets/${droplet.id}`)).toMatchObject({
        body: { droplet: { image: { id, slug: null, type: "snapshot" } } },
      });
    },
  );

  it("does not fit on a smaller disk", async () => {
    const api = await startTestApi();
    const { id } = await snapshotOfNewDroplet(api);
    const order = { ...dropletOrder, image: id, size: "s-1vcpu-512mb-10gb" };
    expect(await api.request("POST", "/v2/droplets", order)).toMatchObject({ status: 422 });
  });

  it("is in the region of its droplet until it is copied to others", async () => {
    const api = await startTestApi();
    const { id } = await snapshotOfNewDroplet(api);
    const order = { ...dropletOrder, image: id, region: "ams3" };
    const refused = {
      status: 422,
      body: { message: "The image you specified is not available in the selected region." },
    };
    expect(await api.request("POST", "/v2/droplets", order)).toMatchObject(refused);
    const transfer = (region: string) => api.request("POST", `/v2/images/${id}/actions`, { type: "transfer", region });
    const { status, body } = await transfer("ams3");
    const { action } = body as { action: { id: number } };
    expect({ status, action }).toMatchObject({ status: 201, action: { type: "transfer", resource_type: "image" } });
    await api.settled();
    expect(await api.request("GET", `/v2/actions/${action.id}`)).toMatchObject({
      body: { action: { status: "completed" } },
    });
    expect(await api.request("GET", `/v2/images/${id}`)).toMatchObject({
      body: { image: { regions: ["fra1", "ams3"] } },
    });
    expect(await api.request("POST", "/v2/droplets", order)).toMatchObject({ status: 202 });
    for (const region of ["ams3", "moon1"]) expect(await transfer(region)).toMatchObject({ status: 422 });
  });

  it.each(["snapshots", "images"])("can be deleted at /v2/%s, and droplets made from it stay", async (collection) => {
    const api = await startTestApi();
    const { id } = await snapshotOfNewDroplet(api);
    const child = await createDroplet(api, { image: id });
    expect(await api.request("DELETE", `/v2/${collection}/${id}`)).toMatchObject({ status: 204 });
    expect(api.hypervisor.calls).toContain(`deleteSnapshot ${id}`);
    expect(await api.request("GET", `/v2/${collection}/${id}`)).toMatchObject({ status: 404 });
    expect(await api.request("DELETE", `/v2/${collection}/${id}`)).toMatchObject({ status: 404 });
    expect(await api.request("POST", "/v2/droplets", { ...dropletOrder, image: id })).toMatchObject({ status: 422 });
    expect(await api.request("GET", `/v2/droplets/${child}`)).toMatchObject({ body: { droplet: { image: { id } } } });
  });

  it("is not there when it could not be made", async () => {
    const api = await startTestApi();
    const dropletId = await createDroplet(api);
    await api.request("POST", `/v2/droplets/${dropletId}/actions`, { type: "power_off" });
    await api.settled();
    api.hypervisor.failNext("snapshotDroplet", new Error("no space left"));
    await snapshotOf(api, dropletId);
    await api.settled();
    expect(await api.request("GET", "/v2/snapshots")).toMatchObject({ body: { snapshots: [] } });
  });

  it("of a droplet that is on is refused loudly", async () => {
    const api = await startTestApi();
    expect(await snapshotOf(api, await createDroplet(api))).toMatchObject({ status: 501 });
  });

  it("is the only image that can be deleted", async () => {
    const api = await startTestApi();
    expect(await api.request("DELETE", "/v2/images/debian-13-x64")).toMatchObject({ status: 404 });
  });
});
