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
    expect(active?.droplet?.networks?.v6?.map(({ ipAddress }) => ipAddress)).toEqual([
      "FD99:0000:0000:0007:0000:0000:0000:0010",
    ]);
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
    [{ region: "tor1", size: "c-2" }, "Size is not available in this region."],
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
