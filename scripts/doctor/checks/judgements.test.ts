import { describe, expect, it } from "vitest";
import type { PortState } from "../../probes/port-scan.ts";
import type { TlsFacts } from "../../probes/xmpp-tls.ts";
import type { Finding } from "../finding.ts";
import { givenNetwork } from "../testing/given-network.ts";
import { judgeServedCaa } from "./caa.ts";
import { judgeDns, wantedNames } from "./dns.ts";
import { judgeAnswers } from "./federation.ts";
import { judgePorts } from "./ports.ts";
import { judgeSasl } from "./sasl.ts";
import { judgeTls } from "./tls.ts";

const network = givenNetwork();
const told = (findings: readonly Finding[]) => findings.map(({ id, severity }) => `${severity} ${id}`);

describe("names", () => {
  const names = wantedNames(network);
  const srv = "_xmpp-client._tcp.example.org SRV";
  const index = names.findIndex(({ name, type }) => `${name} ${type}` === srv);
  const own = { name: "own", authoritative: true };
  const other = { name: "1.1.1.1", authoritative: false };
  const answers = (values?: readonly string[]) =>
    names.map((wanted, at) => (at === index && values !== undefined ? values : wanted.values));
  const right = "10 1 5222 xmpp1.example.org";
  const foreign = "0 1 5222 chat.elsewhere.example";

  it("are those of every service, each with its values", () => {
    expect(names[index]?.values).toEqual([right]);
    expect(names.find(({ name, type }) => name === "upload.example.org" && type === "AAAA")?.values).toEqual([
      "2001:db8::7",
    ]);
  });

  it.each([
    ["as they should be", answers(), "ok dns"],
    ["without one", answers([]), `error dns-missing:${srv}`],
    ["with a foreign one", answers([right, foreign]), `error dns-foreign:${srv}`],
    ["with another one", answers([foreign]), `error dns-wrong:${srv}`],
    ["that are not told", names.map(() => undefined), "error dns-silent"],
  ])("%s", (_, values, wanted) => {
    expect(told(judgeDns(network, names, [{ resolver: own, values }]))).toEqual([wanted]);
  });

  it("that another resolver still remembers are a warning, and one that does not answer is none", () => {
    const both = [
      { resolver: own, values: answers() },
      { resolver: other, values: answers([foreign]) },
      { resolver: { name: "8.8.8.8", authoritative: false }, values: names.map(() => undefined) },
    ];
    expect(told(judgeDns(network, names, both))).toEqual([`warning dns-stale:${srv}`]);
  });
});

describe("CAA", () => {
  const record = "letsencrypt.org; accounturi=https://ca.example/1; validationmethods=dns-01";
  it.each([
    [record, [record.replaceAll("; ", ";")], ["ok caa"]],
    [record, [], ["error caa-missing"]],
    [record, [record, "pki.goog; cansignhttpexchanges=yes", "ssl.com"], ["warning caa-universal-ssl"]],
    [record, [record, "evil.example"], ["warning caa-foreign:evil.example"]],
    [record, [record, "letsencrypt.org; accounturi=https://ca.example/2"], ["warning caa-universal-ssl"]],
    ["", ["buypass.com"], ["warning caa-foreign:buypass.com"]],
    ["", [], ["ok caa"]],
  ])("%j served as %j", (own, served, wanted) => {
    expect(told(judgeServedCaa(network, own, served))).toEqual(wanted);
  });
});

describe("ports", () => {
  const one = (port: number, state: PortState) => new Map([[port, state]]);
  const all = (state: PortState) => new Map([22, 443, 5222, 5223].map((port) => [port, state]));
  const tried = {
    node: "xmpp1.example.org",
    family: "IPv4",
    open: all("open"),
    shut: new Map(),
    hasIpv6: true,
  } as const;

  it.each([
    ["that all answer", tried, "ok ports:xmpp1 IPv4"],
    ["of which one is silent", { ...tried, open: all("open").set(5222, "silent") }, "error port-shut:5222 IPv4"],
    ["of which one is refused", { ...tried, open: all("open").set(443, "refused") }, "error port-shut:443 IPv4"],
    ["of which none answers", { ...tried, open: all("silent") }, "error machine-silent:xmpp1 IPv4"],
    ["beyond the model", { ...tried, shut: one(5432, "open") }, "error port-open:5432 IPv4"],
    ["that no filter drops", { ...tried, shut: one(8080, "refused") }, "warning port-unfiltered:8080 IPv4"],
    ["of first contact, refused", { ...tried, shut: one(2222, "refused") }, "ok ports:xmpp1 IPv4"],
    ["of first contact, open", { ...tried, shut: one(2222, "open") }, "error port-open:2222 IPv4"],
    [
      "by IPv6 that this machine has not",
      { ...tried, family: "IPv6", open: all("silent"), hasIpv6: false },
      "ok ports-ipv6",
    ],
    ["by IPv6 that it has", { ...tried, family: "IPv6", open: all("silent") }, "error machine-silent:xmpp1 IPv6"],
  ] as const)("%s", (_, look, wanted) => expect(told(judgePorts(network, look))).toEqual([wanted]));
});

describe("TLS", () => {
  const now = Date.parse("2027-01-01T00:00:00Z");
  const facts: TlsFacts = {
    protocol: "TLSv1.3",
    names: ["example.org"],
    fingerprint: "aa",
    validUntil: "2027-03-01T00:00:00Z",
    fault: undefined,
  };
  const look = (changes: Partial<TlsFacts> | string) => ({
    seen: [
      { port: 5222, host: "example.org", facts },
      {
        port: 5269,
        host: "conference.example.org",
        facts: typeof changes === "string" ? changes : { ...facts, ...changes },
      },
    ],
    oldPorts: [],
    issued: "aa",
  });

  it.each([
    ["as issued", look({}), ["ok tls"]],
    ["that no client trusts", look({ fault: "SELF_SIGNED_CERT_IN_CHAIN" }), ["error certificate-untrusted"]],
    ["that the server has not for a name", look("no certificate for this name"), ["error certificate-untrusted"]],
    ["of a former certificate", look({ fingerprint: "bb" }), ["error certificate-other"]],
    ["that is not spoken", look("connect ECONNREFUSED"), ["error tls-silent:5269"]],
    ["that ends in 13 days", look({ validUntil: "2027-01-14T12:00:00Z" }), ["warning certificate-ends"]],
    ["that ends in 2 days", look({ validUntil: "2027-01-03T12:00:00Z" }), ["error certificate-ends"]],
    ["of long ago", { ...look({}), oldPorts: [5223] }, ["error tls-old:5223"]],
    ["of an issue that is not known", { ...look({ fingerprint: "bb" }), issued: undefined }, ["ok tls"]],
  ])("%s", (_, seen, wanted) => expect(told(judgeTls(network, seen, now))).toEqual(wanted));
});

describe("SASL", () => {
  const mechanisms = (...names: string[]) => names.map((name) => `<mechanism>${name}</mechanism>`).join("");
  const scram = ["SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-512"].flatMap((name) => [name, `${name}-PLUS`]);
  const binding = "<sasl-channel-binding><channel-binding type='tls-exporter'/></sasl-channel-binding>";
  it.each([
    ["", `${mechanisms(...scram)}${binding}`, ["ok sasl"]],
    ["", `${mechanisms("PLAIN", "SCRAM-SHA-1")}${binding}`, ["warning sasl-missing"]],
    ["", `${mechanisms(...scram, "ANONYMOUS")}${binding}`, ["error sasl-weak"]],
    [mechanisms("PLAIN"), `${mechanisms(...scram)}${binding}`, ["error sasl-before-tls"]],
    ["", mechanisms(...scram), ["warning channel-binding-missing"]],
    ["", `${mechanisms(...scram)}${binding}<register xmlns='…/iq-register'/>`, ["error registration-open"]],
  ])("%j before, %j after", (before, answer, wanted) => {
    expect(told(judgeSasl(network, { before, answer }))).toEqual(wanted);
  });
});

it("one of several other servers is enough, and none is an error that says each one's reason", () => {
  const dead = { peer: "a.example", problem: "remote-server-not-found" };
  expect(told(judgeAnswers(network, [dead, { peer: "b.example", problem: undefined }]))).toEqual(["ok federation"]);
  expect(judgeAnswers(network, [dead])).toMatchObject([
    { id: "federation", seen: "a.example: remote-server-not-found", next: expect.stringContaining("trace") as string },
  ]);
});
