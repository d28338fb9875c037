import { describe, expect, it } from "vitest";
import { startTestApi, type TestApi } from "./testing/api.ts";
import { createDroplet, createVolume } from "./testing/orders.ts";

const act = (api: TestApi, id: string, body: object) => api.request("POST", `/v2/volumes/${id}/actions`, body);

describe("a volume", () => {
  it("is made, found by name and region, and deleted", async () => {
    const api = await startTestApi();
    const id = await createVolume(api, { filesystemType: "ext4", filesystemLabel: "data", tags: ["imera"] });
    await createVolume(api, { region: "ams3" });
    expect(api.hypervisor.volumes.get(id)).toEqual({
      id,
      name: "data",
      sizeGiB: 10,
      filesystem: { type: "ext4", label: "data" },
    });
    const found = await api.client.volumes.get({ queryParameters: { name: "data", region: "fra1" } });
    expect(found?.volumes).toMatchObject([{ id, sizeGigabytes: 10, dropletIds: [] }]);
    await api.client.volumes.byVolume_id(id).delete();
    expect(await api.request("GET", `/v2/volumes/${id}`)).toMatchObject({ status: 404 });
    expect(api.hypervisor.volumes.has(id)).toBe(false);
  });

  it.each([
    [{ name: "Data" }, 422, /^name: must be lowercase/],
    [{ region: "xyz1" }, 422, /invalid region/],
    [{ size_gigabytes: 0 }, 422, /^size_gigabytes: /],
    [{ size_gigabytes: 16_385 }, 422, /^size_gigabytes: /],
    [{ filesystem_type: "ext4", filesystem_label: "x".repeat(17) }, 422, /at most 16/],
    [{ snapshot_id: "a" }, 501, /snapshots/],
    [{ name: "taken" }, 409, /already exists/],
  ])("is refused with %j", async (changes, status, message) => {
    const api = await startTestApi();
    await createVolume(api, { name: "taken" });
    const order = { name: "data", region: "fra1", size_gigabytes: 10, ...changes };
    const answer = await api.request("POST", "/v2/volumes", order);
    expect(answer).toMatchObject({ status, body: { message: expect.stringMatching(message) as string } });
    expect(api.hypervisor.volumes.size).toBe(1);
  });

  it("is not there when the hypervisor cannot make it", async () => {
    const api = await startTestApi();
    api.hypervisor.failNext("createVolume", new Error("disk full"));
    const order = { name: "data", region: "fra1", size_gigabytes: 10 };
    expect(await api.request("POST", "/v2/volumes", order)).toMatchObject({
      status: 500,
      body: { id: "server_error", message: "Unexpected server-side error: disk full" },
    });
    expect(await api.request("GET", "/v2/volumes")).toMatchObject({ body: { volumes: [] } });
    expect(api.log.join("\n")).toContain("FAILED: POST /v2/volumes: disk full");
  });
});

describe("attaching", () => {
  it("shows on both sides, and detaching takes it away", async () => {
    const api = await startTestApi();
    const [dropletId, id] = [await createDroplet(api), await createVolume(api)];
    const started = await api.client.volumes.byVolume_id(id).actions.post({ type: "attach", dropletId });
    expect(started?.action).toMatchObject({ type: "attach", status: "in-progress" });
    await api.settled();
    const droplet = await api.client.droplets.byDroplet_id(dropletId).get();
    expect(droplet?.droplet?.volumeIds).toEqual([id]);
    expect(api.hypervisor.volumes.get(id)?.dropletId).toBe(dropletId);
    expect(await api.request("DELETE", `/v2/volumes/${id}`)).toMatchObject({ status: 409 });
    expect((await act(api, id, { type: "detach", droplet_id: dropletId })).status).toBe(202);
    await api.settled();
    expect(await api.request("GET", `/v2/volumes/${id}`)).toMatchObject({ body: { volume: { droplet_ids: [] } } });
    expect(await act(api, id, { type: "detach", droplet_id: dropletId })).toMatchObject({
      status: 422,
      body: { message: "Attachment not found" },
    });
  });

  it("goes by name, too", async () => {
    const api = await startTestApi();
    const [dropletId, id] = [await createDroplet(api), await createVolume(api)];
    const body = { type: "attach", volume_name: "data", region: "fra1", droplet_id: dropletId };
    expect((await api.request("POST", "/v2/volumes/actions", body)).status).toBe(202);
    await api.settled();
    expect(api.hypervisor.volumes.get(id)?.dropletId).toBe(dropletId);
  });

  it("waits for its turn on a droplet", async () => {
    const api = await startTestApi();
    const [dropletId, a, b] = [
      await createDroplet(api),
      await createVolume(api),
      await createVolume(api, { name: "b" }),
    ];
    api.hypervisor.hold("attachVolume");
    await act(api, a, { type: "attach", droplet_id: dropletId });
    expect(await act(api, b, { type: "attach", droplet_id: dropletId })).toMatchObject({
      status: 422,
      body: { id: "unprocessable_entity", message: "Droplet already has a pending event." },
    });
  });

  it("is refused across regions, twice, for an unknown droplet, and beyond seven", async () => {
    const api = await startTestApi();
    const [dropletId, far] = [await createDroplet(api), await createVolume(api, { region: "ams3" })];
    const refusal = async (id: string, to: number) => (await act(api, id, { type: "attach", droplet_id: to })).body;
    expect(await refusal(far, dropletId)).toMatchObject({ message: expect.stringContaining("same region") as string });
    expect(await refusal(far, 1)).toMatchObject({ id: "not_found" });
    const ids: string[] = [];
    for (let index = 0; index < 8; index++) ids.push(await createVolume(api, { name: `v${index}` }));
    for (const id of ids.slice(0, 7)) {
      expect((await act(api, id, { type: "attach", droplet_id: dropletId })).status).toBe(202);
      await api.settled();
    }
    expect(await refusal(ids[0] ?? "", dropletId)).toMatchObject({ message: "This volume is already attached" });
    expect(await refusal(ids[7] ?? "", dropletId)).toMatchObject({
      message: expect.stringContaining("at most 7") as string,
    });
  });

  it("that fails leaves the volume free and the action errored", async () => {
    const api = await startTestApi();
    const [dropletId, id] = [await createDroplet(api), await createVolume(api)];
    api.hypervisor.failNext("attachVolume", new Error("no loop device"));
    const started = await act(api, id, { type: "attach", droplet_id: dropletId });
    await api.settled();
    const { action } = started.body as { action: { id: number } };
    expect(await api.request("GET", `/v2/volumes/${id}/actions/${action.id}`)).toMatchObject({
      body: { action: { status: "errored" } },
    });
    expect(await api.request("GET", `/v2/volumes/${id}`)).toMatchObject({ body: { volume: { droplet_ids: [] } } });
  });
});

describe("resizing a volume", () => {
  it("grows it, and never shrinks it", async () => {
    const api = await startTestApi();
    const id = await createVolume(api);
    expect((await act(api, id, { type: "resize", size_gigabytes: 20, region: "fra1" })).status).toBe(202);
    await api.settled();
    expect(api.hypervisor.calls).toContain(`resizeVolume ${id} 20`);
    expect(await api.request("GET", `/v2/volumes/${id}`)).toMatchObject({ body: { volume: { size_gigabytes: 20 } } });
    expect(await act(api, id, { type: "resize", size_gigabytes: 10 })).toMatchObject({ status: 422 });
  });
});
