import { describe, expect, it } from "vitest";
import { startTestApi } from "./testing/api.ts";
import { createDroplet, createVolume } from "./testing/orders.ts";

const publicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMRqeyMNx79V/ALl8rCx4SrYe57wHPRM0AcHABzwjIwU op";
const fingerprint = "4d:9a:70:c6:4c:7b:0d:63:38:13:03:bc:52:a0:4e:79";

describe("SSH keys", () => {
  it("have the fingerprint that ssh-keygen -E md5 prints", async () => {
    const api = await startTestApi();
    const created = await api.client.account.keys.post({ name: "op", publicKey });
    expect(created?.sshKey?.fingerprint).toBe(fingerprint);
  });

  it("are found by id and fingerprint, renamed and deleted", async () => {
    const api = await startTestApi();
    const created = await api.client.account.keys.post({ name: "op", publicKey });
    const id = created?.sshKey?.id ?? 0;
    const byId = await api.client.account.keys.bySsh_key_identifier(id).get();
    expect(byId?.sshKey?.fingerprint).toBe(fingerprint);
    expect(await api.request("GET", `/v2/account/keys/${fingerprint}`)).toMatchObject({ body: { ssh_key: { id } } });
    expect(await api.request("PUT", `/v2/account/keys/${id}`, { name: "op2" })).toMatchObject({
      status: 200,
      body: { ssh_key: { name: "op2", public_key: publicKey } },
    });
    expect(await api.request("GET", "/v2/account/keys?page=1&per_page=200")).toMatchObject({
      body: { meta: { total: 1 } },
    });
    await api.client.account.keys.bySsh_key_identifier(id).delete();
    expect((await api.request("GET", `/v2/account/keys/${id}`)).status).toBe(404);
  });

  it.each([
    ["ssh-ed25519 AAAA op", "Key invalid"],
    ["ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIBN0rn0000000000000000000000000000000000000000", "Key invalid"],
    ["", "Key invalid"],
    [`${publicKey}\n${publicKey}`, "Key invalid"],
    [publicKey.replace("op", "another comment"), "SSH Key is already in use on your account"],
  ])("like %j are refused", async (text, message) => {
    const api = await startTestApi();
    await api.request("POST", "/v2/account/keys", { name: "op", public_key: publicKey });
    const answer = await api.request("POST", "/v2/account/keys", { name: "new", public_key: text });
    expect(answer).toMatchObject({ status: 422, body: { message: expect.stringContaining(message) as string } });
  });
});

describe("what DigitalOcean offers", () => {
  it.each([
    ["/v2/account", { account: { status: "active", droplet_limit: 25, volume_limit: 100, email_verified: true } }],
    ["/v2/regions?page=1&per_page=200", { meta: { total: 10 } }],
    ["/v2/sizes?page=1&per_page=200", { meta: { total: 21 } }],
    ["/v2/images", { images: [{ slug: "debian-13-x64", distribution: "Debian" }] }],
    ["/v2/images?private=true", { images: [] }],
    ["/v2/images/debian-13-x64", { image: { slug: "debian-13-x64" } }],
  ])("is answered at %s", async (path, body) => {
    const api = await startTestApi();
    expect(await api.request("GET", path)).toMatchObject({ status: 200, body });
  });

  it("has no other image", async () => {
    const api = await startTestApi();
    expect(await api.request("GET", "/v2/images/plan9")).toMatchObject({ status: 404 });
  });
});

describe("tags", () => {
  it("count what they are on", async () => {
    const api = await startTestApi();
    expect((await api.request("POST", "/v2/tags", { name: "imera" })).status).toBe(201);
    expect((await api.request("POST", "/v2/tags", { name: "imera" })).status).toBe(201);
    await createVolume(api, { tags: ["imera"] });
    const droplet = await createDroplet(api);
    const resources = { resources: [{ resource_id: String(droplet), resource_type: "droplet" }] };
    expect((await api.request("POST", "/v2/tags/imera/resources", resources)).status).toBe(204);
    const counted = await api.client.tags.byTag_id("imera").get();
    expect(counted?.tag?.resources?.count).toBe(2);
    expect(await api.request("POST", "/v2/tags", { name: "a b" })).toMatchObject({
      status: 400,
      body: { error: expect.stringContaining("invalid characters") as string },
    });
    expect(await api.request("GET", "/v2/tags/none")).toMatchObject({ status: 404 });
    const unknown = { resources: [{ resource_id: "1", resource_type: "droplet" }] };
    expect((await api.request("POST", "/v2/tags/imera/resources", unknown)).status).toBe(400);
    expect((await api.request("DELETE", "/v2/tags/imera")).status).toBe(204);
    expect(await api.request("GET", "/v2/volumes")).toMatchObject({ body: { volumes: [{ tags: [] }] } });
  });
});

describe("projects", () => {
  const order = { name: "imera", description: "d", purpose: "Web Application", environment: "Production" } as const;

  it("hold resources, which are in the default project at first", async () => {
    const api = await startTestApi();
    const created = await api.client.projects.post(order);
    const id = created?.project?.id ?? "";
    const urn = `do:droplet:${await createDroplet(api)}`;
    expect(await api.request("GET", "/v2/projects/default/resources")).toMatchObject({
      body: { resources: [{ urn }] },
    });
    const assign = () => api.request("POST", `/v2/projects/${id}/resources`, { resources: [urn, "do:droplet:1"] });
    expect(await assign()).toMatchObject({
      status: 200,
      body: { resources: [{ urn, status: "assigned" }, { status: "not_found" }] },
    });
    expect(await assign()).toMatchObject({ body: { resources: [{ status: "already_assigned" }, {}] } });
    expect(await api.request("GET", `/v2/projects/${id}/resources`)).toMatchObject({ body: { resources: [{ urn }] } });
    expect(await api.request("DELETE", `/v2/projects/${id}`)).toMatchObject({ status: 412 });
    await api.request("POST", "/v2/projects/default/resources", { resources: [urn] });
    expect((await api.request("DELETE", `/v2/projects/${id}`)).status).toBe(204);
  });

  it("change, and one of them is the default", async () => {
    const api = await startTestApi();
    const created = await api.request("POST", "/v2/projects", order);
    expect(created).toMatchObject({ status: 201, body: { project: { is_default: false } } });
    const { id } = (created.body as { project: { id: string } }).project;
    const patch = { ...order, name: "b", is_default: true };
    expect(await api.request("PATCH", `/v2/projects/${id}`, patch)).toMatchObject({
      body: { project: { name: "b", is_default: true } },
    });
    expect(await api.request("GET", "/v2/projects/default")).toMatchObject({ body: { project: { id } } });
    expect((await api.request("DELETE", `/v2/projects/${id}`)).status).toBe(412);
    expect((await api.request("POST", "/v2/projects", { ...order, name: "b" })).status).toBe(409);
    expect((await api.request("POST", "/v2/projects", { ...order, environment: "Moon" })).status).toBe(422);
  });
});
