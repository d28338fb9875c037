import { assert, integer, property, tuple } from "fast-check";
import { describe, expect, it } from "vitest";
import { dnsRecords } from "../dns/dns-records.ts";
import { ejabberdConfig } from "../ejabberd/config.ts";
import { operatorRules, publicRules } from "../node/firewalls.ts";
import { certificateNames, domainHosts, services } from "./services.ts";
import { ejabberdInput } from "../testing/inputs.ts";

const offered = services({ turnRelayPorts: { first: 49_152, last: 49_407 } });
const domain = "example.org";
const nodes = [{ key: "xmpp1", hostName: "xmpp1.example.org" }];
const plan = {
  domain,
  serveDomainApex: true,
  reservedIp: false,
  caaIssuer: "letsencrypt.org",
  acmeAccountUri: "",
  services: offered,
  nodes,
};

describe("services", () => {
  it("has each name and each port of a transport once", () => {
    expect(new Set(offered.map(({ name }) => name)).size).toBe(offered.length);
    const ports = offered.flatMap(({ ports: { first, last }, transports }) =>
      transports.flatMap((transport) =>
        Array.from({ length: last - first + 1 }, (_, index) => `${transport} ${first + index}`),
      ),
    );
    expect(new Set(ports).size).toBe(ports.length);
  });

  it("keeps SSH and the first contact to the operators", () => {
    const restricted = offered.filter(({ reach }) => reach === "operators").map(({ name }) => name);
    expect(restricted).toEqual(["ssh", "first-contact"]);
  });

  it("has a name in the certificate for every host that is reached over TLS", () => {
    for (const service of offered.filter(({ tls }) => tls !== "none")) {
      expect(service.certificateHosts.length, service.name).toBeGreaterThan(0);
      const names = certificateNames(domain, offered);
      for (const role of service.certificateHosts) expect(names).toContain(domainHosts(domain)[role]);
    }
  });

  it("puts the domain first in the certificate", () => {
    expect(certificateNames(domain, offered)).toEqual([
      "example.org",
      "conference.example.org",
      "upload.example.org",
      "proxy.example.org",
      "pubsub.example.org",
    ]);
  });
});

describe("what is derived from the model agrees with it", () => {
  it("SRV: each points to a port of a service that everyone may reach, at a name that has addresses", () => {
    const records = dnsRecords(plan);
    const addressed = new Set(records.filter(({ data }) => data.kind === "address").map(({ name }) => name));
    const open = offered.filter(({ reach }) => reach === "everyone");
    for (const { name, data } of records) {
      if (data.kind !== "srv") continue;
      const protocol = name.includes("._udp.") ? "udp" : "tcp";
      expect(open.some(({ ports, transports }) => ports.first === data.port && transports.includes(protocol))).toBe(
        true,
      );
      expect(addressed, data.target).toContain(data.target);
    }
  });

  it("SRV: the four families of the domain (RFC 6120, XEP-0368)", () => {
    const families = dnsRecords(plan).flatMap(({ name, data }) =>
      data.kind === "srv" && name.endsWith("._tcp.example.org") ? [`${name} ${data.port}`] : [],
    );
    expect(families).toEqual(
      expect.arrayContaining([
        "_xmpp-client._tcp.example.org 5222",
        "_xmpps-client._tcp.example.org 5223",
        "_xmpp-server._tcp.example.org 5269",
        "_xmpps-server._tcp.example.org 5270",
      ]),
    );
  });

  it("firewalls: together let in each service and ICMP, nothing else", () => {
    const operators = operatorRules({ services: offered, sshNetworks: ["203.0.113.7/32"] });
    const rules = [...publicRules(offered), ...operators];
    const expected = offered.flatMap(({ transports, ports, reach }) =>
      transports.map((protocol) => ({
        protocol,
        portRange: ports.first === ports.last ? String(ports.first) : `${ports.first}-${ports.last}`,
        sourceAddresses: reach === "everyone" ? ["0.0.0.0/0", "::/0"] : ["203.0.113.7/32"],
      })),
    );
    expect(rules).toEqual([...expected, { protocol: "icmp", sourceAddresses: ["0.0.0.0/0", "::/0"] }]);
  });

  it("firewalls: before a node is ready, only operators and ICMP get in", () => {
    const rules = operatorRules({ services: offered, sshNetworks: ["203.0.113.7/32"] });
    const toAll = rules.filter(({ sourceAddresses }) => JSON.stringify(sourceAddresses).includes("0.0.0.0/0"));
    expect(toAll).toEqual([{ protocol: "icmp", sourceAddresses: ["0.0.0.0/0", "::/0"] }]);
    expect(rules.map(({ portRange }) => portRange)).toEqual(["22", "2222", undefined]);
  });

  it("ejabberd: listens with what everyone may reach and nothing else that is not on loopback", () => {
    const { listen } = ejabberdConfig(ejabberdInput());
    const sockets = (listen as { port: number; ip: string; transport?: string; module: string }[])
      .filter(({ ip }) => ip === "::")
      .map(({ port, transport = "tcp" }) => `${transport} ${port}`);
    const everyone = offered
      // mod_proxy65 and the relay open their own sockets.
      .filter(({ reach, name }) => reach === "everyone" && name !== "proxy65" && name !== "turn-relay")
      .flatMap(({ transports, ports }) => transports.map((transport) => `${transport} ${ports.first}`));
    expect(sockets).toEqual(everyone);
  });

  it("relay ports: firewall and ejabberd have the same range, whatever it is", () => {
    const range = tuple(integer({ min: 8000, max: 60_000 }), integer({ min: 15, max: 5000 }));
    assert(
      property(range, ([first, length]) => {
        const last = first + length;
        const model = services({ turnRelayPorts: { first, last } });
        const { listen } = ejabberdConfig({ ...ejabberdInput(), services: model });
        expect(listen).toContainEqual(expect.objectContaining({ turn_min_port: first, turn_max_port: last }));
        expect(publicRules(model)).toContainEqual(
          expect.objectContaining({ protocol: "udp", portRange: `${first}-${last}` }),
        );
      }),
      { numRuns: 20 },
    );
  });
});

describe("dnsRecords", () => {
  it("has the same keys at another domain, so that no record is replaced", () => {
    const keys = (name: string) =>
      dnsRecords({ ...plan, domain: name, nodes: [{ key: "xmpp1", hostName: `xmpp1.${name}` }] }).map(({ key }) => key);
    expect(keys("im.example.com")).toEqual(keys(domain));
    expect(new Set(keys(domain)).size).toBe(keys(domain).length);
  });

  it("gains records with a second node, and loses none", () => {
    const more = dnsRecords({ ...plan, nodes: [...nodes, { key: "xmpp2", hostName: "xmpp2.example.org" }] });
    expect(more).toEqual(expect.arrayContaining([...dnsRecords(plan)]));
    expect(more.length).toBeGreaterThan(dnsRecords(plan).length);
  });

  it("leaves the domain's own addresses alone unless told", () => {
    const named = (serveDomainApex: boolean) =>
      dnsRecords({ ...plan, serveDomainApex }).filter(({ type, name }) => type === "A" && name === domain).length;
    expect([named(false), named(true)]).toEqual([0, 1]);
  });

  it("leads relays and the node's own name to the droplet's own address, everything else to the one that stays", () => {
    const own = new Set(["turn.example.org", "xmpp1.example.org"]);
    for (const { name, type, data } of dnsRecords({ ...plan, reservedIp: true })) {
      if (data.kind !== "address" || type !== "A") continue;
      expect(data.address, name).toBe(own.has(name) ? "publicIpv4" : "serviceIpv4");
    }
  });

  it.each([false, true])("sends users and servers to the address that stays: reserved %s", (reservedIp) => {
    const records = dnsRecords({ ...plan, reservedIp });
    const targets = new Set(records.flatMap(({ data }) => (data.kind === "srv" ? [data.target] : [])));
    expect([...targets]).toEqual([reservedIp ? "xmpp1-reserved.example.org" : "xmpp1.example.org", "turn.example.org"]);
    for (const target of targets) expect(records.filter(({ name }) => name === target)).toHaveLength(2);
  });

  it.each([
    ["letsencrypt.org", "", ["letsencrypt.org"]],
    [
      "letsencrypt.org",
      "https://ca/acct/1",
      ["letsencrypt.org; accounturi=https://ca/acct/1; validationmethods=dns-01"],
    ],
    ["", "", []],
  ])("CAA for %j, account %j", (caaIssuer, acmeAccountUri, values) => {
    const records = dnsRecords({ ...plan, caaIssuer, acmeAccountUri });
    expect(records.flatMap(({ data }) => (data.kind === "caa" ? [data.value] : []))).toEqual(values);
  });
});
