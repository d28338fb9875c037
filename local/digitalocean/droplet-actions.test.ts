import { describe, expect, it } from "vitest";
import { startTestApi } from "./testing/api.ts";
import { createDroplet, createVolume } from "./testing/orders.ts";

describe("droplet actions", () => {
  it("answer in progress, lock the droplet, and refuse others meanwhile", async () => {
    const api = await startTestApi();
    const id = await createDroplet(api);
    const done = api.hypervisor.hold("setPower");
    const started = await api.client.droplets.byDroplet_id(id).actions.post({ type: "power_off" });
    expect(started?.action).toMatchObject({ type: "power_off", status: "in-progress" });
    expect(await api.request("GET", `/v2/droplets/${id}`)).toMatchObject({ body: { droplet: { locked: true } } });
    for (const [method, path, body] of [
      ["POST", `/v2/droplets/${id}/actions`, { type: "reboot" }],
      ["DELETE", `/v2/droplets/${id}`, undefined],
    ] as const) {
      expect(await api.request(method, path, body)).toMatchObject({
        status: 422,
        body: { message: "Droplet already has a pending event." },
      });
    }
    done();
    await api.settled();
    const ended = await api.client.actions.byAction_id(started?.action?.id ?? 0).get();
    expect(ended?.action?.status).toBe("completed");
    expect(await api.request("GET", `/v2/droplets/${id}`)).toMatchObject({
      body: { droplet: { status: "off", locked: false } },
    });
  });

  it("resize a droplet that is off, and keep its disk unless asked", async () => {
    const api = await startTestApi();
    const id = await createDroplet(api);
    const act = (body: object) => api.request("POST", `/v2/droplets/${id}/actions`, body);
    const resize = { type: "resize", size: "s-1vcpu-2gb", disk: false };
    expect(await act(resize)).toMatchObject({ status: 422 });
    await act({ type: "power_off" });
    await api.settled();
    expect(await act(resize)).toMatchObject({ status: 201 });
    await api.settled();
    expect(api.hypervisor.calls).toContain(`resizeDroplet ${id} 1 2048 25`);
    expect(await api.request("GET", `/v2/droplets/${id}`)).toMatchObject({
      body: { droplet: { size_slug: "s-1vcpu-2gb", memory: 2048, disk: 25 } },
    });
    await act({ type: "resize", size: "s-2vcpu-2gb", disk: true });
    await api.settled();
    expect(await act({ type: "resize", size: "s-1vcpu-1gb" })).toMatchObject({
      status: 422,
      body: { message: "This size is not available because it has a smaller disk." },
    });
  });

  it("refuse a size that the droplet's region has not, once the droplet is off", async () => {
    const api = await startTestApi();
    const id = await createDroplet(api, { region: "tor1" });
    const act = (body: object) => api.request("POST", `/v2/droplets/${id}/actions`, body);
    await act({ type: "power_off" });
    await api.settled();
    expect(await act({ type: "resize", size: "m-2vcpu-16gb", disk: false })).toMatchObject({
      status: 422,
      body: { message: "This size is not available in this region." },
    });
    expect(await api.request("GET", `/v2/droplets/${id}`)).toMatchObject({ body: { droplet: { status: "off" } } });
  });

  it("shut down a droplet that is off already, but power it off only once", async () => {
    const api = await startTestApi();
    const id = await createDroplet(api);
    const act = (type: string) => api.request("POST", `/v2/droplets/${id}/actions`, { type });
    for (const type of ["shutdown", "shutdown"]) {
      expect(await act(type)).toMatchObject({ status: 201 });
      await api.settled();
    }
    expect(await act("power_off")).toMatchObject({ status: 422, body: { message: "Droplet is already powered off." } });
    expect(await act("power_on")).toMatchObject({ status: 201 });
    await api.settled();
    expect(await act("power_on")).toMatchObject({ status: 422, body: { message: "Droplet is already powered on." } });
  });

  it("of its volumes and its reserved IP are among the droplet's", async () => {
    const api = await startTestApi();
    const id = await createDroplet(api);
    const volume = await createVolume(api);
    await api.request("POST", `/v2/volumes/${volume}/actions`, { type: "attach", droplet_id: id });
    await api.settled();
    await api.request("POST", "/v2/reserved_ips", { droplet_id: id });
    expect(await api.request("GET", `/v2/droplets/${id}/actions`)).toMatchObject({
      body: { actions: [{ type: "assign" }, { type: "attach" }, { type: "create" }] },
    });
  });

  it("rename, and give backups", async () => {
    const api = await startTestApi();
    const id = await createDroplet(api);
    for (const body of [{ type: "rename", name: "im2" }, { type: "enable_backups" }]) {
      expect((await api.request("POST", `/v2/droplets/${id}/actions`, body)).status).toBe(201);
      await api.settled();
    }
    const after = await api.client.droplets.byDroplet_id(id).get();
    expect(after?.droplet?.name).toBe("im2");
    expect(after?.droplet?.features).toEqual(expect.arrayContaining(["backups"]));
    expect(api.hypervisor.calls).toContain(`renameDroplet ${id} im2`);
    expect(await api.request("GET", `/v2/droplets/${id}/actions?per_page=50`)).toMatchObject({
      body: { actions: [{ type: "enable_backups" }, { type: "rename" }, { type: "create" }] },
    });
  });

  it.each(["password_reset", "rebuild", "enable_ipv6"])(
    "like %s that are not built are refused loudly",
    async (type) => {
      const api = await startTestApi();
      const id = await createDroplet(api);
      expect(await api.request("POST", `/v2/droplets/${id}/actions`, { type })).toMatchObject({ status: 501 });
      expect(api.log.join("\n")).toContain(
        `NOT IMPLEMENTED: The local cloud does not implement the droplet action ${type}`,
      );
    },
  );
});
