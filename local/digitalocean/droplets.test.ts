import { describe, expect, it } from "vitest";
import { startTestApi } from "./testing/api.ts";
import { createDroplet, createVolume, dropletOrder } from "./testing/orders.ts";

describe("a new droplet", () => {
  it("is new and locked until it boots, then active", async () => {
    const api = await startTestApi();
    const boot = api.hypervisor.hold("createDroplet");
    const created = await api.client.droplets.post({
      ...dropletOrder,
      ipv6: true,
      monitoring: true,
      tags: ["imera"],
    });
    const droplet = created !== undefined && "droplet" in created ? created.droplet : undefined;
    expect(droplet).toMatchObject({ name: "im", status: "new", locked: true, volumeIds: [] });
    expect(droplet?.features).toEqual(["ipv6", "monitoring", "droplet_agent", "private_networking"]);
    boot();
    await api.settled();
    const active = await api.client.droplets.byDroplet_id(droplet?.id ?? 0).get();
    expect(active?.droplet).toMatchObject({ status: "active", locked: false });
    expect(active?.droplet?.networks?.v4?.map(({ ipAddress, type }) => [ipAddress, type])).toEqual([
      ["10.99.7.16", "public"],
      ["10.98.7.2", "private"],
    ]);
    expect(active?.droplet?.networks?.v6?.map(({ ipAddress }) => ipAddress)).toEqual(["fd99:0:0:7::10"]);
  });

  it("reaches the hypervisor with its size, keys, user data, addresses and volumes", async () => {
    const api = await startTestApi();
    const volumeId = await createVolume(api);
    const publicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBN0rn0000000000000000000000000000000000000000 op";
    const key = await api.client.account.keys.post({ name: "op", publicKey });
    const id = await createDroplet(api, {
      size: "s-2vcpu-4gb",
      sshKeys: [key?.sshKey?.id],
      userData: "#cloud-config\n{}\n",
      volumes: [volumeId],
    });
    expect(api.hypervisor.droplets.get(id)).toEqual({
      id,
      name: "im",
      image: "debian-13-x64",
      region: "fra1",
      vcpus: 2,
      memoryMiB: 4096,
      diskGiB: 80,
      userData: "#cloud-config\n{}\n",
      sshPublicKeys: [publicKey],
      network: {
        publicIpv4: "10.99.7.16",
        vpc: { id: expect.any(String) as string, ipv4: "10.98.7.2", ipv4Cidr: "10.98.7.0/27" },
      },
      volumeIds: [volumeId],
      power: "on",
    });
    expect(api.hypervisor.calls.indexOf("applyFirewalls")).toBeLessThan(
      api.hypervisor.calls.indexOf(`createDroplet ${id}`),
    );
  });

  it.each([
    [{ region: "xyz1" }, "You specified an invalid region for Droplet creation."],
    [{ size: "s-99vcpu" }, "You specified an invalid size for Droplet creation."],
    [{ image: "plan9" }, "You specified an invalid image for Droplet creation."],
    [{ ssh_keys: [42] }, "42 are invalid key identifiers for Droplet creation."],
    [{ name: "a b" }, "Only valid hostname characters are allowed. (a-z, A-Z, 0-9, . and -)"],
    [{ name: "" }, "Only valid hostname characters are allowed. (a-z, A-Z, 0-9, . and -)"],
    [{ user_data: "x".repeat(65_537) }, "User data is too long (maximum is 64 KiB)."],
    [{ volumes: ["none"] }, "Invalid volume allocations"],
    [{ vpc_uuid: "none" }, "VPC none does not exist."],
    [{ tags: ["a b"] }, 'Error validating resource tag: tag-name "a b" contains invalid characters'],
    [{ colour: "red" }, 'Unrecognized key: "colour"'],
    [{ ipv6: "yes" }, "ipv6: Invalid input: expected boolean, received string"],
  ])("is refused with %j", async (changes, message) => {
    const api = await startTestApi();
    const answer = await api.request("POST", "/v2/droplets", { ...dropletOrder, ...changes });
    expect(answer).toMatchObject({ status: 422, body: { id: "unprocessable_entity", message } });
    expect(api.hypervisor.droplets.size).toBe(0);
    expect(await api.request("GET", "/v2/droplets")).toMatchObject({ body: { meta: { total: 0 } } });
  });

  it("may have 64 KiB of user data", async () => {
    const api = await startTestApi();
    const answer = await api.request("POST", "/v2/droplets", { ...dropletOrder, user_data: "x".repeat(65_536) });
    expect(answer.status).toBe(202);
  });

  it("comes in several when names are given", async () => {
    const api = await startTestApi();
    const order = { ...dropletOrder, name: undefined, names: ["a", "b"] };
    const answer = await api.request("POST", "/v2/droplets", order);
    expect(answer).toMatchObject({ status: 202, body: { droplets: [{ name: "a" }, { name: "b" }] } });
  });

  it("that cannot boot is off, its action errored, the cause logged", async () => {
    const api = await startTestApi();
    api.hypervisor.failNext("createDroplet", new Error("no space left", { cause: new Error("ENOSPC") }));
    const answer = await api.request("POST", "/v2/droplets", dropletOrder);
    await api.settled();
    const { droplet, links } = answer.body as { droplet: { id: number }; links: { actions: { id: number }[] } };
    const action = await api.client.actions.byAction_id(links.actions[0]?.id ?? 0).get();
    expect(action?.action).toMatchObject({ type: "create", status: "errored" });
    expect(await api.request("GET", `/v2/droplets/${droplet.id}`)).toMatchObject({
      body: { droplet: { status: "off" } },
    });
    expect(api.log.join("\n")).toContain("FAILED: create");
    expect(api.log.join("\n")).toContain("no space left: ENOSPC");
    expect((await api.request("DELETE", `/v2/droplets/${droplet.id}`)).status).toBe(204);
  });
});

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

describe("a droplet that", () => {
  it("shut itself down shows as off", async () => {
    const api = await startTestApi();
    const id = await createDroplet(api);
    const machine = api.hypervisor.droplets.get(id);
    if (machine !== undefined) machine.power = "off";
    expect(await api.request("GET", `/v2/droplets/${id}`)).toMatchObject({ body: { droplet: { status: "off" } } });
  });

  it("is deleted answers until it is gone, then leaves its volume and reserved IP free", async () => {
    const api = await startTestApi();
    const volumeId = await createVolume(api);
    const id = await createDroplet(api, { volumes: [volumeId], tags: ["a"] });
    const reserved = await api.request("POST", "/v2/reserved_ips", { droplet_id: id });
    await api.settled();
    const gone = api.hypervisor.hold("destroyDroplet");
    expect((await api.request("DELETE", `/v2/droplets/${id}`)).status).toBe(204);
    expect(await api.request("GET", `/v2/droplets/${id}`)).toMatchObject({
      status: 200,
      body: { droplet: { locked: true } },
    });
    gone();
    await api.settled();
    expect(await api.request("GET", `/v2/droplets/${id}`)).toMatchObject({ status: 404, body: { id: "not_found" } });
    expect(await api.request("GET", `/v2/volumes/${volumeId}`)).toMatchObject({
      body: { volume: { droplet_ids: [] } },
    });
    const { ip } = (reserved.body as { reserved_ip: { ip: string } }).reserved_ip;
    expect(await api.request("GET", `/v2/reserved_ips/${ip}`)).toMatchObject({
      body: { reserved_ip: { droplet: null } },
    });
    expect(api.hypervisor.reservedIps).toEqual([{ ipv4: ip }]);
  });

  it("has the tag goes when droplets are deleted by tag", async () => {
    const api = await startTestApi();
    const [a, b] = [await createDroplet(api, { tags: ["old"] }), await createDroplet(api, { name: "b" })];
    expect((await api.request("DELETE", "/v2/droplets?tag_name=old")).status).toBe(204);
    await api.settled();
    expect([api.hypervisor.droplets.has(a), api.hypervisor.droplets.has(b)]).toEqual([false, true]);
  });

  it("follows a deleted one gets other addresses", async () => {
    const api = await startTestApi();
    const first = await createDroplet(api);
    await api.client.droplets.byDroplet_id(first).delete();
    await api.settled();
    const second = await createDroplet(api);
    expect(api.hypervisor.droplets.get(second)?.network).toMatchObject({
      publicIpv4: "10.99.7.17",
      vpc: { ipv4: "10.98.7.3" },
    });
  });
});

describe("the list of droplets", () => {
  it("comes in pages, by name and by tag", async () => {
    const api = await startTestApi();
    for (const name of ["a", "b", "c"]) await createDroplet(api, { name, tags: name === "c" ? ["x"] : [] });
    const page = (await api.request("GET", "/v2/droplets?page=2&per_page=1")).body;
    expect(page).toMatchObject({
      droplets: [{ name: "b" }],
      meta: { total: 3 },
      links: {
        pages: {
          first: `${api.url}/v2/droplets?page=1&per_page=1`,
          prev: `${api.url}/v2/droplets?page=1&per_page=1`,
          next: `${api.url}/v2/droplets?page=3&per_page=1`,
          last: `${api.url}/v2/droplets?page=3&per_page=1`,
        },
      },
    });
    const byTag = await api.client.droplets.get({ queryParameters: { tagName: "x" } });
    expect(byTag?.droplets?.map(({ name }) => name)).toEqual(["c"]);
    const byName = await api.client.droplets.get({ queryParameters: { name: "a" } });
    expect(byName?.droplets?.map(({ name }) => name)).toEqual(["a"]);
    expect((await api.request("GET", "/v2/droplets?per_page=500")).status).toBe(422);
  });
});
