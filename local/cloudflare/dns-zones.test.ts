import { Resolver } from "node:dns/promises";
import type { RecordCreateParams } from "cloudflare/resources/dns/records";
import { expect, it } from "vitest";
import { createDnsServer } from "../dns/index.ts";
import { dnsZones } from "./dns-zones.ts";
import { startTestServer } from "./test-server.ts";

const fail = (problem: Error) => {
  throw problem;
};

it("answers what the API was told, at once", async () => {
  await using server = await startTestServer();
  await using dns = createDnsServer({ zones: () => dnsZones(server.api), onProblem: fail });
  const { port } = await dns.listen("127.0.0.1", 0);
  const resolver = new Resolver();
  resolver.setServers([`127.0.0.1:${port}`]);
  const client = server.client();
  const zone_id = (await client.zones.list({ name: "example.org" })).result[0]?.id ?? "";
  const create = (params: Record<string, unknown>) =>
    client.dns.records.create({ zone_id, name: "@", ttl: 300, ...params } as RecordCreateParams);

  const address = await create({ type: "A", name: "im", content: "203.0.113.10", ttl: 1 });
  expect(await resolver.resolve4("im.example.org", { ttl: true })).toEqual([{ address: "203.0.113.10", ttl: 300 }]);
  await client.dns.records.edit(address.id, {
    zone_id,
    type: "A",
    name: "im.example.org",
    content: "203.0.113.11",
    ttl: 60,
  });
  expect(await resolver.resolve4("im.example.org", { ttl: true })).toEqual([{ address: "203.0.113.11", ttl: 60 }]);
  await client.dns.records.delete(address.id, { zone_id });
  await expect(resolver.resolve4("im.example.org")).rejects.toMatchObject({ code: "ENOTFOUND" });

  await create({ type: "MX", content: "im.example.org", priority: 10 });
  expect(await resolver.resolveMx("example.org")).toMatchObject([{ exchange: "im.example.org", priority: 10 }]);
  await create({
    type: "SRV",
    name: "_xmpps-client._tcp",
    data: { priority: 5, weight: 1, port: 5223, target: "im.example.org" },
  });
  expect(await resolver.resolveSrv("_xmpps-client._tcp.example.org")).toMatchObject([
    { priority: 5, weight: 1, port: 5223, name: "im.example.org" },
  ]);
  await create({ type: "CAA", data: { flags: "128", tag: "issue", value: "ca.test;accounturi=https://ca.test/1" } });
  const caa = (await resolver.resolveCaa("example.org")) as { issue?: string; issuewild?: string }[];
  expect(caa).toContainEqual({ critical: 128, issue: "ca.test;accounturi=https://ca.test/1", type: "CAA" });
  // Universal SSL's, which the API does not show.
  expect(caa.flatMap(({ issue }) => issue ?? []).sort()).toEqual([
    "ca.test;accounturi=https://ca.test/1",
    "letsencrypt.org",
    "pki.goog; cansignhttpexchanges=yes",
    "sectigo.com",
    "ssl.com",
  ]);
  expect((await client.dns.records.list({ zone_id, type: "CAA" })).result).toHaveLength(1);
  await expect(resolver.resolveCaa("example.net")).rejects.toMatchObject({ code: "ENODATA" });
  await create({
    type: "TLSA",
    name: "_5222._tcp.im",
    data: { usage: 3, selector: 1, matching_type: 1, certificate: "ABCD" },
  });
  expect(await resolver.resolveTlsa("_5222._tcp.im.example.org")).toMatchObject([
    { certUsage: 3, selector: 1, match: 1 },
  ]);
});

it("splits TXT content as Cloudflare does", async () => {
  await using server = await startTestServer();
  await using dns = createDnsServer({ zones: () => dnsZones(server.api), onProblem: fail });
  const { port } = await dns.listen("127.0.0.1", 0);
  const resolver = new Resolver();
  resolver.setServers([`127.0.0.1:${port}`]);
  const client = server.client();
  const zone_id = (await client.zones.list({ name: "example.org" })).result[0]?.id ?? "";
  const texts: [string, string, string[]][] = [
    ["plain", "v=DMARC1; p=reject", ["v=DMARC1; p=reject"]],
    ["quoted", '"v=DMARC1; p=reject"', ["v=DMARC1; p=reject"]],
    ["two", '"one" "two \\"2\\""', ["one", 'two "2"']],
    ["long", "x".repeat(300), ["x".repeat(255), "x".repeat(45)]],
  ];
  for (const [name, content, expected] of texts) {
    await client.dns.records.create({ zone_id, type: "TXT", name, content, ttl: 60 });
    expect(await resolver.resolveTxt(`${name}.example.org`)).toEqual([expected]);
  }
});
