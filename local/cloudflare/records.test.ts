import type { RecordCreateParams, RecordUpdateParams } from "cloudflare/resources/dns/records";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestServer, type TestServer } from "./test-server.ts";

let server: TestServer;
let zoneId: string;

beforeAll(async () => {
  server = await startTestServer();
  const zones = await server.client().zones.list({ name: "example.org" });
  zoneId = zones.result[0]?.id ?? "";
});
afterAll(() => server[Symbol.asyncDispose]());

const create = (params: Record<string, unknown>) =>
  server.client().dns.records.create({ zone_id: zoneId, ttl: 300, ...params } as unknown as RecordCreateParams);

describe("zones", () => {
  it("lists a zone by name, and by id with what Pulumi's plugin reads", async () => {
    const zone = await server.client().zones.get({ zone_id: zoneId });
    expect(zone).toMatchObject({ name: "example.org", status: "active", type: "full", tenant: {}, paused: false });
    expect(zone.account.id).toMatch(/^[0-9a-f]{32}$/);
  });

  it("answers an empty page behind the last one", async () => {
    const names: string[] = [];
    for await (const zone of server.client().zones.list({ per_page: 1 })) names.push(zone.name);
    expect(names).toEqual(["example.org", "example.net"]);
    expect((await server.client().zones.list({ page: 2 })).result).toEqual([]);
  });

  it("answers 404 to an id that cannot be one", async () => {
    await expect(server.client().zones.get({ zone_id: "nonsense" })).rejects.toMatchObject({
      status: 404,
      errors: [{ code: 7003 }],
    });
  });
});

describe("records", () => {
  it.each([
    ["A", { type: "A", name: "im", content: "203.0.113.10" }, { name: "im.example.org", proxiable: true }],
    ["AAAA", { type: "AAAA", name: "im.example.org.", content: "2001:db8::10" }, { name: "im.example.org" }],
    ["apex", { type: "A", name: "@", content: "203.0.113.10" }, { name: "example.org" }],
    ["wildcard", { type: "TXT", name: "*.w", content: "x" }, { name: "*.w.example.org", content: "x" }],
    ["CNAME", { type: "CNAME", name: "c", content: "Im.Example.Org." }, { content: "im.example.org" }],
    ["TXT", { type: "TXT", name: "t", content: '"quoted text"' }, { content: '"quoted text"', proxiable: false }],
    ["MX", { type: "MX", name: "@", content: "im.example.org", priority: 10 }, { priority: 10 }],
    [
      "SRV",
      { type: "SRV", name: "_a._tcp", data: { priority: 5, weight: 0, port: 5222, target: "im.example.org" } },
      { content: "0 5222 im.example.org", priority: 5, name: "_a._tcp.example.org" },
    ],
    [
      "CAA",
      { type: "CAA", name: "@", data: { flags: "0", tag: "issue", value: "letsencrypt.org;validationmethods=dns-01" } },
      { content: '0 issue "letsencrypt.org;validationmethods=dns-01"', data: { flags: "0" } },
    ],
    [
      "TLSA",
      { type: "TLSA", name: "_1._tcp", data: { usage: 3, selector: 1, matching_type: 1, certificate: "AB" } },
      { content: "3 1 1 ab" },
    ],
  ])("creates, reads and deletes %s", async (_, params, expected) => {
    const record = await create(params);
    expect(record).toMatchObject({ ttl: 300, proxied: false, tags: [], comment: null, meta: {}, ...expected });
    const { records } = server.client().dns;
    expect(await records.get(record.id, { zone_id: zoneId })).toEqual(record);
    expect(await records.delete(record.id, { zone_id: zoneId })).toEqual({ id: record.id });
    await expect(records.get(record.id, { zone_id: zoneId })).rejects.toMatchObject({ status: 404 });
  });

  it("lets data win over the old content that an update carries", async () => {
    const data = { priority: 5, weight: 0, port: 5222, target: "im.example.org" };
    const { id, content = "" } = await create({ type: "SRV", name: "_win._tcp", priority: 5, data });
    const changed = await server.client().dns.records.update(id, {
      zone_id: zoneId,
      type: "SRV",
      name: "_win._tcp.example.org",
      ttl: 60,
      data: { ...data, port: 5223 },
      ...{ content, priority: 5, comment: null, settings: {}, tags: [] },
    } as unknown as RecordUpdateParams);
    expect(changed).toMatchObject({ id, content: "0 5223 im.example.org", ttl: 60, data: { port: 5223 } });
  });

  it("changes with PATCH only what is given", async () => {
    const record = await create({ type: "A", name: "patched", content: "203.0.113.1", comment: "kept" });
    const patched = await server.client().dns.records.edit(record.id, {
      zone_id: zoneId,
      type: "A",
      name: "patched.example.org",
      ttl: 300,
      content: "203.0.113.2",
    });
    expect(patched).toMatchObject({ content: "203.0.113.2", comment: "kept" });
  });

  it.each([
    ["bad address", { type: "A", name: "x", content: "2001:db8::1" }, 9005],
    ["no content", { type: "AAAA", name: "x" }, 9005],
    ["bad ttl", { type: "A", name: "x", content: "203.0.113.1", ttl: 30 }, 9021],
    ["bad name", { type: "A", name: "a b", content: "203.0.113.1" }, 9000],
    ["unknown type", { type: "LOC", name: "x", content: "x" }, 1004],
    ["unknown field", { type: "A", name: "x", content: "203.0.113.1", colour: "red" }, 1004],
    ["MX without priority", { type: "MX", name: "x", content: "im.example.org" }, 1004],
    ["SRV without port", { type: "SRV", name: "x", data: { priority: 0, weight: 0, target: "a.b" } }, 1004],
    ["proxied TXT", { type: "TXT", name: "x", content: "x", proxied: true, ttl: 1 }, 9004],
  ])("refuses %s", async (_, params, code) => {
    await expect(create(params)).rejects.toMatchObject({ status: 400, errors: [{ code }] });
  });

  it("refuses an identical record, and anything beside a CNAME", async () => {
    await create({ type: "TXT", name: "twice", content: '"same"' });
    await expect(create({ type: "TXT", name: "twice", content: "same" })).rejects.toMatchObject({
      errors: [{ code: 81058 }],
    });
    await create({ type: "CNAME", name: "alias", content: "im.example.org" });
    await expect(create({ type: "A", name: "alias", content: "203.0.113.1" })).rejects.toMatchObject({
      errors: [{ code: 81054 }],
    });
    await create({ type: "A", name: "host", content: "203.0.113.1" });
    await expect(create({ type: "CNAME", name: "host", content: "im.example.org" })).rejects.toMatchObject({
      errors: [{ code: 81053 }],
    });
  });

  it("takes a CNAME of the zone itself beside all but addresses, since it answers with addresses", async () => {
    const alias = await create({ type: "CNAME", name: "example.org", content: "site.example.net" });
    await create({ type: "CAA", name: "example.org", data: { flags: 0, tag: "issue", value: "letsencrypt.org" } });
    await expect(create({ type: "A", name: "example.org", content: "203.0.113.1" })).rejects.toMatchObject({
      errors: [{ code: 81054 }],
    });
    expect(alias.name).toBe("example.org");
  });

  it("finds a record as certbot does: by type, name and unquoted content", async () => {
    const name = "_acme-challenge.example.org";
    const record = await create({ type: "TXT", name, content: '"token-1"' });
    await create({ type: "TXT", name, content: "token-2" });
    const query = new URLSearchParams({ type: "TXT", name, content: "token-1", per_page: "1" });
    const answer = await fetch(`${server.url}/zones/${zoneId}/dns_records?${query.toString()}`, {
      headers: { Authorization: `Bearer ${server.client().apiToken ?? ""}` },
    });
    expect(await answer.json()).toMatchObject({ success: true, result: [{ id: record.id }] });
  });

  it("filters and pages a list", async () => {
    const { records } = server.client().dns;
    for (const n of [1, 2, 3]) await create({ type: "A", name: `page${n}`, content: `203.0.113.${n}` });
    const found: string[] = [];
    for await (const record of records.list({
      zone_id: zoneId,
      name: { startswith: "page" },
      type: "A",
      per_page: 2,
    })) {
      found.push(record.name);
    }
    expect(found).toEqual(["page1.example.org", "page2.example.org", "page3.example.org"]);
  });
});

describe("errors", () => {
  it("answers an unknown route loudly, and tells clients not to try again", async () => {
    const answer = await fetch(`${server.url}/zones/${zoneId}/settings`, {
      headers: { Authorization: `Bearer ${server.client().apiToken ?? ""}` },
    });
    expect(answer.status).toBe(501);
    expect(answer.headers.get("x-should-retry")).toBe("false");
    expect(await answer.json()).toMatchObject({ success: false, errors: [{ code: 7000 }], result: null });
  });

  it("answers a malformed body", async () => {
    const answer = await fetch(`${server.url}/zones/${zoneId}/dns_records`, {
      method: "POST",
      body: "{",
      headers: { Authorization: `Bearer ${server.client().apiToken ?? ""}` },
    });
    expect([answer.status, await answer.json()]).toMatchObject([400, { errors: [{ code: 6007 }] }]);
  });
});

it("counts the records of a zone, and refuses one more than a free zone may have", async () => {
  await using other = await startTestServer();
  const { dns, zones } = other.client();
  const zone_id = (await zones.list()).result[0]?.id ?? "";
  const add = (name: string) => dns.records.create({ zone_id, type: "A", name, ttl: 300, content: "203.0.113.1" });
  for (let index = 0; index < 200; index++) await add(`n${index}`);
  expect(await dns.usage.zone.get({ zone_id })).toEqual({ record_quota: 200, record_usage: 200 });
  await expect(add("more")).rejects.toMatchObject({ errors: [{ code: 81045, message: "Record quota exceeded." }] });
});
