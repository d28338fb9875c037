import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TokenCreateParams } from "cloudflare/resources/user/tokens";
import { describe, expect, it } from "vitest";
import { openStore } from "../emulation/store.ts";
import { operatorToken, startTestServer, type TestServer } from "./test-server.ts";

const dnsWrite = "4755a26eedb94da69e1066d98aa820be";
const dnsRead = "82e64a83756745bbbb1c9c2701bf816b";
const tokensWrite = "686d18d5ac6c441c867cbf6771e58a0a";

async function zoneIds(server: TestServer): Promise<[string, string]> {
  const { result } = await server.client().zones.list();
  return [result[0]?.id ?? "", result[1]?.id ?? ""];
}

function onZone(
  zoneId: string,
  group: string,
  effect: "allow" | "deny" = "allow",
): TokenCreateParams["policies"][number] {
  return {
    effect,
    permission_groups: [{ id: group }],
    resources: { [`com.cloudflare.api.account.zone.${zoneId}`]: "*" },
  };
}

async function mint(server: TestServer, params: Omit<TokenCreateParams, "name">) {
  const token = await server.client().user.tokens.create({ name: "t", ...params });
  return { id: token.id ?? "", client: server.client(token.value), value: token.value };
}

const record = (zone_id: string) => ({ zone_id, type: "TXT", name: "x", content: "x", ttl: 60 }) as const;

describe("permissions", () => {
  it("lets a token do what its policies allow, in its zone only", async () => {
    await using server = await startTestServer();
    const [org, net] = await zoneIds(server);
    const { client } = await mint(server, { policies: [onZone(org, dnsWrite)] });
    await client.dns.records.create(record(org));
    expect((await client.zones.list()).result.map(({ name }) => name)).toEqual(["example.org"]);
    await expect(client.dns.records.create(record(net))).rejects.toMatchObject({
      status: 403,
      errors: [{ code: 10000 }],
    });
    await expect(client.user.tokens.list()).rejects.toMatchObject({ status: 403 });
  });

  it("lets a reader read and not write, and lets deny win", async () => {
    await using server = await startTestServer();
    const [org] = await zoneIds(server);
    const reader = await mint(server, { policies: [onZone(org, dnsRead)] });
    expect((await reader.client.dns.records.list({ zone_id: org })).result).toEqual([]);
    await expect(reader.client.dns.records.create(record(org))).rejects.toMatchObject({ status: 403 });
    const denied = await mint(server, {
      policies: [onZone(org, dnsWrite), onZone(org, dnsRead), onZone(org, dnsWrite, "deny")],
    });
    expect((await denied.client.dns.records.list({ zone_id: org })).result).toEqual([]);
    await expect(denied.client.dns.records.create(record(org))).rejects.toMatchObject({ status: 403 });
  });

  it("takes all zones, alone or below an account", async () => {
    await using server = await startTestServer();
    const [org] = await zoneIds(server);
    const account = (await server.client().zones.get({ zone_id: org })).account.id ?? "";
    const all = { "com.cloudflare.api.account.zone.*": "*" };
    for (const resources of [all, { [`com.cloudflare.api.account.${account}`]: all }]) {
      const { client } = await mint(server, {
        policies: [{ effect: "allow", permission_groups: [{ id: dnsWrite }], resources }],
      });
      expect((await client.zones.list()).result).toHaveLength(2);
    }
  });

  it("lists permission groups by name and scope", async () => {
    await using server = await startTestServer();
    const { permissionGroups } = server.client().user.tokens;
    expect((await permissionGroups.list({ name: "DNS Write" })).result).toEqual([
      { id: dnsWrite, name: "DNS Write", scopes: ["com.cloudflare.api.account.zone"] },
    ]);
    const user = await permissionGroups.list({ scope: "com.cloudflare.api.user" });
    expect(user.result.map(({ id }) => id)).toContain(tokensWrite);
  });
});

describe("limits", () => {
  it.each([
    [{ in: ["203.0.113.10/32"] }, "203.0.113.10", true],
    [{ in: ["203.0.113.10"] }, "::ffff:203.0.113.10", true],
    [{ in: ["203.0.113.0/24", "2001:db8::/64"] }, "2001:db8::5", true],
    [{ in: ["203.0.113.0/24"] }, "203.0.114.1", false],
    [{ in: ["2001:db8::/64"] }, "203.0.113.10", false],
    [{ in: ["203.0.113.0/24"], not_in: ["203.0.113.7/32"] }, "203.0.113.7", false],
    [{ not_in: ["203.0.113.7/32"] }, "203.0.113.8", true],
  ])("%j from %s: %s", async (request_ip, address, allowed) => {
    await using server = await startTestServer({
      // The operator comes from loopback, everybody else from the address under test.
      remoteAddress: (c) => (c.req.header("Authorization") === `Bearer ${operatorToken}` ? "127.0.0.1" : address),
    });
    const [org] = await zoneIds(server);
    const { client } = await mint(server, { policies: [onZone(org, dnsWrite)], condition: { request_ip } });
    const listing = client.dns.records.list({ zone_id: org });
    if (allowed) expect((await listing).result).toEqual([]);
    else await expect(listing).rejects.toMatchObject({ status: 403, errors: [{ code: 9109 }] });
  });

  it("knows the caller by its connection", async () => {
    await using server = await startTestServer();
    const [org] = await zoneIds(server);
    const policies = [onZone(org, dnsWrite)];
    const here = await mint(server, { policies, condition: { request_ip: { in: ["127.0.0.1/32"] } } });
    const elsewhere = await mint(server, { policies, condition: { request_ip: { in: ["203.0.113.1/32"] } } });
    await here.client.dns.records.list({ zone_id: org });
    await expect(elsewhere.client.dns.records.list({ zone_id: org })).rejects.toThrow(
      /Cannot use the access token from location: 127\.0\.0\.1/,
    );
  });

  it("refuses a token before its time, after it, and while it is disabled", async () => {
    let now = new Date("2026-11-22T12:00:00Z");
    await using server = await startTestServer({ clock: () => now });
    const [org] = await zoneIds(server);
    const policies = [onZone(org, dnsWrite)];
    const { client, id } = await mint(server, {
      policies,
      not_before: "2026-11-22T13:00:00Z",
      expires_on: "2026-11-22T15:00:00Z",
    });
    const status = async () => (await client.user.tokens.verify()).status;
    await expect(status()).rejects.toMatchObject({ status: 401, errors: [{ code: 1000 }] });
    now = new Date("2026-11-22T14:00:00Z");
    expect(await client.user.tokens.verify()).toMatchObject({ status: "active", expires_on: "2026-11-22T15:00:00Z" });
    await server.client().user.tokens.update(id, { name: "t", policies, status: "disabled" });
    await expect(status()).rejects.toMatchObject({ status: 401 });
    await server.client().user.tokens.update(id, { name: "t", policies, expires_on: "2026-11-22T15:00:00Z" });
    now = new Date("2026-11-22T15:00:00Z");
    await expect(status()).rejects.toMatchObject({ status: 401 });
    expect((await server.client().user.tokens.get(id)).status).toBe("expired");
  });
});

describe("tokens", () => {
  it("tells the value once, keeps it through an update, and changes it on a roll", async () => {
    await using server = await startTestServer();
    const [org] = await zoneIds(server);
    const { id, client } = await mint(server, { policies: [onZone(org, dnsWrite)] });
    expect(await server.client().user.tokens.get(id)).not.toHaveProperty("value");
    await server.client().user.tokens.update(id, { name: "other", policies: [onZone(org, dnsRead)] });
    expect(await client.user.tokens.verify()).toMatchObject({ id, status: "active" });
    const rolled = await server.client().user.tokens.value.update(id, { body: {} });
    await expect(client.user.tokens.verify()).rejects.toMatchObject({ status: 401 });
    expect(await server.client(rolled).user.tokens.verify()).toMatchObject({ id });
    await server.client().user.tokens.delete(id);
    await expect(server.client().user.tokens.get(id)).rejects.toMatchObject({ status: 404 });
  });

  it("serves an account's tokens apart from the user's", async () => {
    await using server = await startTestServer();
    const [org] = await zoneIds(server);
    const account_id = (await server.client().zones.get({ zone_id: org })).account.id ?? "";
    const { tokens } = server.client().accounts;
    const made = await tokens.create({ account_id, name: "a", policies: [onZone(org, dnsWrite)] });
    expect((await tokens.list({ account_id })).result.map(({ id }) => id)).toEqual([made.id]);
    await expect(server.client().user.tokens.get(made.id ?? "")).rejects.toMatchObject({ status: 404 });
    await server.client(made.value).dns.records.create(record(org));
  });

  it.each([
    ["no header", {}, 400, 9106],
    ["another scheme", { Authorization: "Basic eDp5" }, 400, 6003],
    ["an unknown token", { Authorization: `Bearer ${"x".repeat(40)}` }, 403, 9109],
  ])("refuses %s", async (_, headers, status, code) => {
    await using server = await startTestServer();
    const answer = await fetch(`${server.url}/zones`, { headers });
    expect([answer.status, await answer.json()]).toMatchObject([status, { success: false, errors: [{ code }] }]);
  });

  it.each([
    ["a range that is none", { condition: { request_ip: { in: ["203.0.113.0/33"] } } }],
    ["an unknown permission", { policies: [{ ...onZone("0".repeat(32), "f".repeat(32)) }] }],
    ["no policy", { policies: [] }],
  ])("refuses %s", async (_, params) => {
    await using server = await startTestServer();
    const body = { policies: [onZone("0".repeat(32), dnsWrite)], name: "x", ...params };
    await expect(server.client().user.tokens.create(body)).rejects.toMatchObject({ status: 400 });
  });

  it("keeps everything over a restart, and no token's value", async () => {
    const folder = await mkdtemp(join(tmpdir(), "cloudflare-"));
    const path = join(folder, "state.json");
    const mintAndRecord = async () => {
      await using server = await startTestServer({ store: openStore(path) });
      const [org] = await zoneIds(server);
      const minted = await mint(server, { policies: [onZone(org, dnsWrite)] });
      await minted.client.dns.records.create(record(org));
      return minted.value ?? "";
    };
    const value = await mintAndRecord();
    const text = await readFile(path, "utf8");
    expect(value).not.toBe("");
    expect(text).not.toContain(value);
    expect(text).not.toContain(operatorToken);
    await using server = await startTestServer({ store: openStore(path) });
    const [org] = await zoneIds(server);
    expect((await server.client(value).dns.records.list({ zone_id: org })).result).toHaveLength(1);
    expect(server.api.zones()).toHaveLength(2);
    await rm(folder, { recursive: true });
  });
});
