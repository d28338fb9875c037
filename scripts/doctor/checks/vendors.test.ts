import { createSocket } from "node:dgram";
import { once } from "node:events";
import packet from "dns-packet";
import { describe, expect, it, onTestFinished } from "vitest";
import { askDns } from "../../probes/dns-question.ts";
import type { Finding } from "../finding.ts";
import { judgeDelegation } from "./delegation.ts";
import { judgeDnssec } from "./dnssec.ts";
import { judgeReputation } from "./reputation.ts";
import { judgeToken } from "./tokens.ts";

const told = (findings: readonly Finding[]) => findings.map(({ id, severity }) => `${severity} ${id}`);

describe("delegation", () => {
  const zone = { status: "active", name_servers: ["ana.ns.cloudflare.com", "bob.ns.cloudflare.com"] };
  it.each([
    ["to the zone's own", zone, ["BOB.ns.cloudflare.com.", "ana.ns.cloudflare.com"], "ok delegation"],
    ["to others", zone, ["ns1.registrar.example"], "error delegation"],
    ["to one more", zone, [...zone.name_servers, "ns1.registrar.example"], "error delegation"],
    ["to none", zone, [], "error delegation"],
    ["of a zone that waits", { ...zone, status: "pending" }, zone.name_servers, "error delegation"],
    ["of no zone", undefined, zone.name_servers, "error delegation"],
  ])("%s", (_, given, served, wanted) => {
    expect(told(judgeDelegation("example.org", given, served))).toEqual([wanted]);
  });
});

describe("DNSSEC", () => {
  const reply = (code: string, answers = 1, isAuthentic = false) => ({ code, answers, isAuthentic });
  it.each([
    ["of no zone that is signed", reply("NOERROR", 0), reply("NOERROR"), reply("NOERROR"), "ok dnssec"],
    ["that is verified", reply("NOERROR"), reply("NOERROR", 1, true), reply("NOERROR"), "ok dnssec"],
    ["that does not fit", reply("NOERROR"), reply("SERVFAIL", 0), reply("NOERROR"), "error dnssec"],
    ["of a server that is broken", reply("SERVFAIL", 0), reply("SERVFAIL", 0), reply("SERVFAIL", 0), "ok dnssec"],
  ])("%s", (_, parent, checked, unchecked, wanted) => {
    expect(told(judgeDnssec("example.org", { parent, checked, unchecked }))).toEqual([wanted]);
  });

  it("is asked for with DO, and CD where it is not to be verified", async () => {
    const server = createSocket("udp4");
    onTestFinished(() => void server.close());
    server.on("message", (query, from) => {
      const { id = 0, questions = [], flag_cd: isUnchecked, additionals = [] } = packet.decode(query);
      const wishes = additionals.some((each) => each.type === "OPT" && each.flag_do);
      const flags = isUnchecked ? 0 : wishes ? packet.AUTHENTIC_DATA : 2;
      server.send(packet.encode({ type: "response", id, flags, questions }), from.port, from.address);
    });
    server.bind(0, "127.0.0.1");
    await once(server, "listening");
    const at = `127.0.0.1:${server.address().port}`;
    const question = { name: "example.org", type: "DS" } as const;
    expect(await askDns(at, question)).toEqual({ code: "NOERROR", answers: 0, isAuthentic: true });
    expect(await askDns(at, { ...question, checkingDisabled: true })).toMatchObject({ isAuthentic: false });
  });
});

describe("reputation", () => {
  const named = new Map([["203.0.113.7", ["xmpp1.example.org"]]]);
  it.each([
    ["without a stain", named, [], ["ok reputation:xmpp1.example.org"]],
    ["without a name", new Map([["203.0.113.7", []]]), [], ["warning reverse-dns:203.0.113.7"]],
    ["listed", named, ["127.0.0.4"], ["warning block-list:xmpp1.example.org"]],
    ["of which the list does not speak", named, ["127.255.255.254"], ["ok reputation:xmpp1.example.org"]],
  ])("%s", (_, names, listed, wanted) => {
    expect(told(judgeReputation({ name: "xmpp1.example.org" }, { names, listed }))).toEqual(wanted);
  });
});

describe("Cloudflare's token", () => {
  const now = Date.parse("2027-01-01T00:00:00Z");
  it.each([
    [{ status: "active" }, "ok token"],
    [{ status: "active", expires_on: "2027-06-01T00:00:00Z" }, "ok token"],
    [{ status: "active", expires_on: "2027-01-08T00:00:00Z" }, "warning token"],
    [{ status: "expired", expires_on: "2026-12-31T00:00:00Z" }, "error token"],
    [{ status: "disabled" }, "error token"],
  ])("%j", (token, wanted) => expect(told(judgeToken(token, now))).toEqual([wanted]));
});
