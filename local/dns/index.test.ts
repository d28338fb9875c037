import { createSocket } from "node:dgram";
import { Resolver } from "node:dns/promises";
import { once } from "node:events";
import packet, { type Packet } from "dns-packet";
import { afterEach, describe, expect, it } from "vitest";
import { createDnsServer, type DnsServerOptions } from "./index.ts";
import { ask, rcode, tcp, udp } from "./test-client.ts";
import type { DnsRecord, DnsZone } from "./zone.ts";

const open: AsyncDisposable[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server[Symbol.asyncDispose]();
});

const fail = (problem: Error) => {
  throw problem;
};

const record = (name: string, type: string, data: unknown, ttl = 300) => ({ name, type, ttl, data }) as DnsRecord;

const org: DnsZone = {
  name: "example.org",
  nameServers: ["ns1.cloud.test", "ns2.cloud.test"],
  records: [
    record("example.org", "CAA", { flags: 0, tag: "issue", value: "letsencrypt.org" }),
    record("example.org", "TXT", ["first", "second"]),
    record("example.org", "MX", { preference: 10, exchange: "im.example.org" }),
    record("im.example.org", "A", "203.0.113.10", 60),
    record("im.example.org", "AAAA", "2001:db8::10"),
    record("_xmpp-client._tcp.example.org", "SRV", { priority: 5, weight: 0, port: 5222, target: "im.example.org" }),
    record("conference.example.org", "CNAME", "im.example.org"),
    record("far.example.org", "CNAME", "www.elsewhere.org"),
    record("loop.example.org", "CNAME", "loop.example.org"),
    record("*.wild.example.org", "A", "203.0.113.20"),
    record("there.wild.example.org", "TXT", ["x"]),
    record(
      "big.example.org",
      "TXT",
      Array.from({ length: 10 }, () => "x".repeat(250)),
    ),
  ],
};

async function start(options: Partial<DnsServerOptions> = {}) {
  const server = createDnsServer({ zones: () => [org], upstreamTimeoutMs: 300, onProblem: fail, ...options });
  open.push(server);
  const { port } = await server.listen("127.0.0.1", 0);
  const resolver = new Resolver({ timeout: 2000, tries: 1 });
  resolver.setServers([`127.0.0.1:${port}`]);
  return { port, resolver };
}

describe("a zone", () => {
  it("answers every type that the program publishes", async () => {
    const { resolver } = await start();
    expect(await resolver.resolve4("im.example.org", { ttl: true })).toEqual([{ address: "203.0.113.10", ttl: 60 }]);
    expect(await resolver.resolve6("im.example.org")).toEqual(["2001:db8::10"]);
    expect(await resolver.resolveSrv("_xmpp-client._tcp.example.org")).toMatchObject([
      { priority: 5, weight: 0, port: 5222, name: "im.example.org" },
    ]);
    expect(await resolver.resolveCaa("example.org")).toEqual([{ critical: 0, issue: "letsencrypt.org", type: "CAA" }]);
    expect(await resolver.resolveTxt("example.org")).toEqual([["first", "second"]]);
    expect(await resolver.resolveMx("example.org")).toMatchObject([{ priority: 10, exchange: "im.example.org" }]);
    expect(await resolver.resolveNs("example.org")).toEqual(["ns1.cloud.test", "ns2.cloud.test"]);
    expect(await resolver.resolveSoa("example.org")).toMatchObject({ nsname: "ns1.cloud.test", minttl: 1 });
    expect(await resolver.resolve4("conference.example.org")).toEqual(["203.0.113.10"]);
  });

  it("gives a service's addresses along with it", async () => {
    const { port } = await start();
    const answer = await udp(port, ask("_xmpp-client._tcp.example.org", "SRV"));
    expect(answer.flag_aa).toBe(true);
    expect(answer.additionals?.map(({ type }) => type)).toEqual(["A", "AAAA"]);
  });

  it("tells a name that is not there from a type that is not there", async () => {
    const { port } = await start();
    const missing = await udp(port, ask("nobody.example.org", "A"));
    expect([rcode(missing), missing.authorities?.[0]?.type]).toEqual([3, "SOA"]);
    const empty = await udp(port, ask("im.example.org", "TXT"));
    expect([rcode(empty), empty.answers, empty.authorities?.[0]?.type]).toEqual([0, [], "SOA"]);
    expect(rcode(await udp(port, ask("_tcp.example.org", "A")))).toBe(0);
    expect(rcode(await udp(port, ask("im.example.org", "UNKNOWN_65")))).toBe(0);
  });

  it("takes names in any case and spells its answer as the question does", async () => {
    const { port } = await start();
    const answer = await udp(port, ask("iM.eXaMpLe.oRg", "A"));
    expect(answer.questions?.[0]?.name).toBe("iM.eXaMpLe.oRg");
    expect(answer.answers).toMatchObject([{ name: "iM.eXaMpLe.oRg", data: "203.0.113.10" }]);
  });

  it("fills in wildcards, but not where a name is there", async () => {
    const { port, resolver } = await start();
    expect(await resolver.resolve4("any.wild.example.org")).toEqual(["203.0.113.20"]);
    expect(await resolver.resolve4("a.b.wild.example.org")).toEqual(["203.0.113.20"]);
    const there = await udp(port, ask("there.wild.example.org", "A"));
    expect([rcode(there), there.answers]).toEqual([0, []]);
    expect(rcode(await udp(port, ask("any.wild.example.org", "TXT")))).toBe(0);
  });

  it("follows a CNAME that leads nowhere but back to itself no further than needed", async () => {
    const { port } = await start();
    expect((await udp(port, ask("loop.example.org", "A"))).answers?.length).toBeLessThan(20);
  });

  it("answers a changed record at once", async () => {
    let zone = org;
    const { resolver } = await start({ zones: () => [zone] });
    await resolver.resolve4("im.example.org");
    zone = { ...org, records: [record("im.example.org", "A", "203.0.113.99")] };
    expect(await resolver.resolve4("im.example.org")).toEqual(["203.0.113.99"]);
    await expect(resolver.resolveSrv("_xmpp-client._tcp.example.org")).rejects.toMatchObject({ code: "ENOTFOUND" });
  });
});

describe("transport", () => {
  it("cuts an answer that UDP cannot carry and gives it whole by TCP", async () => {
    const { port, resolver } = await start();
    const cut = await udp(port, ask("big.example.org", "TXT"));
    expect([cut.flag_tc, cut.answers]).toEqual([true, []]);
    expect((await resolver.resolveTxt("big.example.org"))[0]).toHaveLength(10);
  });

  it("answers several questions on one TCP connection", async () => {
    const { port } = await start();
    const answers = await tcp(port, [ask("im.example.org", "A"), ask("im.example.org", "AAAA")]);
    expect(answers.flatMap(({ answers }) => answers?.map(({ type }) => type)).sort()).toEqual(["A", "AAAA"]);
  });

  it("answers EDNS with EDNS", async () => {
    const { port } = await start();
    const opt = { type: "OPT", name: ".", udpPayloadSize: 4096, flags: 0, options: [] };
    const answer = await udp(port, { ...ask("im.example.org", "A"), additionals: [opt as never] });
    expect(answer.additionals).toMatchObject([{ type: "OPT", udpPayloadSize: 1232 }]);
    expect((await udp(port, ask("im.example.org", "A"))).additionals).toEqual([]);
  });

  it("tells a sender of garbage so, and refuses transfers and other classes", async () => {
    const { port } = await start();
    const garbage = Buffer.concat([
      packet.encode({ type: "query", id: 9, ...ask("a", "A") }).subarray(0, 14),
      Buffer.of(255),
    ]);
    expect(rcode(await udp(port, garbage))).toBe(1);
    expect(rcode(await udp(port, ask("example.org", "AXFR")))).toBe(5);
    const chaos = { questions: [{ name: "version.bind", type: "TXT", class: "CH" }] } as Packet;
    expect(rcode(await udp(port, chaos))).toBe(5);
  });

  it("says which port is taken", async () => {
    const { port } = await start();
    const second = createDnsServer({ zones: () => [], onProblem: fail });
    open.push(second);
    await expect(second.listen("127.0.0.1", port)).rejects.toThrow(`cannot listen on TCP port ${port} of 127.0.0.1`);
  });
});

describe("trouble", () => {
  it("is told, and the question answered with SERVFAIL", async () => {
    const problems: string[] = [];
    const { port } = await start({
      zones: () => {
        throw new Error("the store is gone");
      },
      onProblem: ({ message }) => problems.push(message),
    });
    expect(rcode(await udp(port, ask("im.example.org", "A")))).toBe(2);
    expect(problems).toEqual(["the store is gone"]);
  });
});

describe("other names", () => {
  const elsewhere: DnsZone = {
    name: "elsewhere.org",
    nameServers: ["ns.elsewhere.org"],
    records: [
      record("www.elsewhere.org", "A", "198.51.100.7"),
      record("big.elsewhere.org", "TXT", ["y".repeat(255), "y".repeat(255), "y".repeat(255)]),
    ],
  };

  it("asks an outside resolver, by the transport it was asked by, and follows a CNAME there", async () => {
    const outside = await start({ zones: () => [elsewhere] });
    const { resolver } = await start({ upstream: [`127.0.0.1#${outside.port}`] });
    expect(await resolver.resolve4("www.elsewhere.org")).toEqual(["198.51.100.7"]);
    expect((await resolver.resolveTxt("big.elsewhere.org"))[0]).toHaveLength(3);
    expect(await resolver.resolve4("far.example.org")).toEqual(["198.51.100.7"]);
  });

  it("goes on to the next resolver when one does not answer", async () => {
    const outside = await start({ zones: () => [elsewhere] });
    const silent = createSocket("udp4");
    silent.bind(0, "127.0.0.1");
    await once(silent, "listening");
    const { resolver } = await start({
      upstream: [`127.0.0.1#${silent.address().port}`, `127.0.0.1#${outside.port}`],
    });
    expect(await resolver.resolve4("www.elsewhere.org")).toEqual(["198.51.100.7"]);
    silent.close();
  });

  it("says SERVFAIL when nobody outside answers, or nobody is to be asked", async () => {
    const { port } = await start();
    expect(rcode(await udp(port, ask("www.elsewhere.org", "A")))).toBe(2);
    const dead = await start({ upstream: ["127.0.0.1#9"] });
    expect(rcode(await udp(dead.port, ask("www.elsewhere.org", "A")))).toBe(2);
    expect(rcode(await udp(dead.port, ask("far.example.org", "A")))).toBe(2);
  });

  it("never asks outside for names of its zones or special names", async () => {
    const asked: string[] = [];
    const spy = createSocket("udp4", (message) => asked.push(packet.decode(message).questions?.[0]?.name ?? ""));
    spy.bind(0, "127.0.0.1");
    await once(spy, "listening");
    const { port } = await start({ upstream: [`127.0.0.1#${spy.address().port}`] });
    for (const name of ["no.example.org", "imera.test", "TEST", "a.invalid", "4.0.99.10.in-addr.arpa", "b.localhost"]) {
      expect(rcode(await udp(port, ask(name, "A"))), name).toBe(3);
    }
    expect(asked).toEqual([]);
    expect(rcode(await udp(port, ask("nottest", "A")))).toBe(2);
    expect(asked).toEqual(["nottest"]);
    spy.close();
  });
});
