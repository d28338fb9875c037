import { describe, expect, it } from "vitest";
import { domainNameProblem } from "../model/domain-name.ts";
import { certificateNames, services } from "../model/services.ts";
import { settingsSchema } from "../settings/schema.ts";
import { dnsRecords } from "./dns-records.ts";

const label63 = "a".repeat(63);
const offered = services({ turnRelayPorts: { first: 49_152, last: 49_407 } });

describe.each([
  ["of the most letters", `${label63}.${label63}.${"b".repeat(57)}.test`],
  ["of the most labels", "a.b.c.d.e.f.g.h.test"],
])("the domain %s that is taken, with the longest key of a node", (_, domain) => {
  const key = `x${"y".repeat(21)}`;
  const hostName = `${key}.${domain}`;
  const records = dnsRecords({
    domain,
    serveDomainApex: true,
    reservedIp: true,
    caaIssuer: "letsencrypt.org",
    acmeAccountUri: "",
    services: offered,
    nodes: [{ key, hostName }],
  });

  it("is the longest", () => {
    expect(domainNameProblem(domain)).toBeUndefined();
    expect(domainNameProblem(`c.${domain}`)).toBeDefined();
    const forms = settingsSchema.shape.nodes;
    expect([forms.safeParse([key]).success, forms.safeParse([`${key}y`]).success]).toEqual([true, false]);
  });

  it("has room in the DNS for each record, and for the authority's proof of each name (RFC 1035)", () => {
    const proofs = certificateNames(domain, offered).map((name) => `_acme-challenge.${name}`);
    for (const name of [...records.map((record) => record.name), ...proofs]) {
      expect(name.length, name).toBeLessThanOrEqual(253);
      expect(Math.max(...name.split(".").map(({ length }) => length)), name).toBeLessThanOrEqual(63);
    }
  });

  // Of a certificate all of whose names are longer than 64 characters it leaves out the common name (boulder's #5112).
  it("has names that Let's Encrypt signs: at most 230 characters, and ten labels", () => {
    for (const name of certificateNames(domain, offered)) {
      expect(name.length, name).toBeLessThanOrEqual(230);
      expect(name.split(".").length, name).toBeLessThanOrEqual(10);
    }
  });

  it("gives DigitalOcean a droplet's name that it takes, and Linux a host's name, the first label, that it takes", () => {
    expect(hostName.length).toBeLessThanOrEqual(255);
    expect(hostName.split(".")[0]?.length).toBeLessThanOrEqual(64);
  });
});
