import { describe, expect, it } from "vitest";
import { certificateNames, services } from "../model/services.ts";
import { dnsRecords } from "./dns-records.ts";
import { type WantedNames, type ZoneRecord, zoneProblems } from "./zone-problems.ts";

const domain = "im.example.org";
const offered = services({ turnRelayPorts: { first: 49_152, last: 49_407 } });
const nodes = [{ key: "xmpp1", hostName: `xmpp1.${domain}` }];

function wanted(
  changes: { zone?: string; serveDomainApex?: boolean; caaIssuer?: string; ownIds?: Set<string> } = {},
): WantedNames {
  const { serveDomainApex = false, caaIssuer = "letsencrypt.org", ownIds = new Set() } = changes;
  return {
    domain,
    zone: changes.zone ?? "example.org",
    records: dnsRecords({
      ...{ domain, serveDomainApex, caaIssuer, acmeAccountUri: "", services: offered, nodes },
      reservedIp: false,
    }),
    certificateNames: certificateNames(domain, offered),
    authority: "letsencrypt.org",
    ownIds,
  };
}

function record(type: string, name: string, content: string, priority?: number): ZoneRecord {
  return { id: `${type} ${name}`, type, name, content, priority };
}

describe("is in the way:", () => {
  it.each<[string, ZoneRecord, string]>([
    ["an alias", record("CNAME", `upload.${domain}`, "old.example"), "leaves no room"],
    ["an alias in other letters", record("CNAME", `Upload.${domain}`, "old.example"), "leaves no room"],
    [
      "an alias where only SRV is wanted",
      record("CNAME", `_xmpp-client._tcp.${domain}`, "old.example"),
      "leaves no room",
    ],
    ["an address", record("A", `xmpp1.${domain}`, "192.0.2.1"), "share the connections"],
    ["an address of the other kind", record("AAAA", `turn.${domain}`, "2001:db8::1"), "share the connections"],
    ["a service elsewhere", record("SRV", `_xmpp-client._tcp.${domain}`, "0 5222 old.example", 5), "sends clients"],
    [
      "another server",
      record("SRV", `_xmpp-server._tcp.conference.${domain}`, "0 5269 old.example", 20),
      "sends clients",
    ],
    ["a proof that is somebody else's", record("CNAME", `_acme-challenge.${domain}`, "x.acme.example"), "from proving"],
    ["a proof of a host", record("CNAME", `_acme-challenge.upload.${domain}`, "x.acme.example"), "from proving"],
    ["a delegation", record("NS", domain, "ns1.elsewhere.example"), "other name servers"],
    ["a delegation of a host", record("NS", `conference.${domain}`, "ns1.elsewhere.example"), "other name servers"],
    ["another authority at a host", record("CAA", `upload.${domain}`, '0 issue "ca.example"'), "keeps letsencrypt.org"],
    ["nobody at a host", record("CAA", `proxy.${domain}`, '0 issue ";"'), "keeps letsencrypt.org"],
  ])("%s", (_what, found, problem) => {
    const problems = zoneProblems(wanted(), [found]);
    expect(problems).toEqual([expect.stringContaining(problem)]);
    expect(problems[0]).toContain(found.content);
    expect(problems[0]).toMatch(/delete/i);
  });

  it("an address of the domain itself, only where the network is to have it", () => {
    const found = [record("A", domain, "192.0.2.1")];
    expect(zoneProblems(wanted(), found)).toEqual([]);
    expect(zoneProblems(wanted({ serveDomainApex: true }), found)).toHaveLength(1);
  });

  it("an alias of the domain, but for the zone's own, which Cloudflare answers with addresses where the network has none there", () => {
    const found = [record("CNAME", domain, "site.example.net")];
    expect(zoneProblems(wanted(), found)).toEqual([expect.stringContaining("leaves no room")]);
    expect(zoneProblems(wanted({ zone: domain }), found)).toEqual([]);
    expect(zoneProblems(wanted({ zone: domain, serveDomainApex: true }), found)).toHaveLength(1);
  });

  it("another authority above, where the network has no CAA record of its own", () => {
    const found = [record("CAA", "example.org", '0 issue "ca.example"')];
    expect(zoneProblems(wanted(), found)).toEqual([]);
    expect(zoneProblems(wanted({ caaIssuer: "" }), found)).toHaveLength(1);
    const both = [...found, record("CAA", "example.org", '0 issue "letsencrypt.org; validationmethods=dns-01"')];
    expect(zoneProblems(wanted({ caaIssuer: "" }), both)).toEqual([]);
  });
});

it.each([
  ["the stack's own record", record("SRV", `_xmpp-client._tcp.${domain}`, "1 5222 xmpp1.im.example.org", 10)],
  ["mail", record("MX", domain, "mail.example.org", 10)],
  ["an alias for all other names", record("CNAME", `*.${domain}`, "www.example.org")],
  ["a name beside", record("CNAME", "conference.example.org", "www.example.org")],
  ["the zone's own name servers", record("NS", "example.org", "ns1.cloudflare.test")],
  ["an authority for wildcards", record("CAA", `upload.${domain}`, '0 issuewild "ca.example"')],
  ["the node's proof", record("TXT", `_acme-challenge.${domain}`, "x")],
])("is in nobody's way: %s", (_what, found) => {
  const own = new Set([`SRV _xmpp-client._tcp.${domain}`]);
  expect(zoneProblems(wanted({ ownIds: own }), [found])).toEqual([]);
});
