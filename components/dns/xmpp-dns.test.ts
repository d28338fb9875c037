import { describe, expect, it } from "vitest";
import { buildNetwork, usualNetwork, waitsFor } from "../testing/build-network.ts";
import { resource } from "../testing/mocks.ts";

describe("XmppDns", () => {
  it("never proxies, and gives full names and the TTL of the settings", async () => {
    const { askedFor } = await buildNetwork({ "imera:ttlSeconds": "60" });
    const records = askedFor.filter(({ type }) => type === "cloudflare:index/dnsRecord:DnsRecord");
    expect(records.length).toBeGreaterThan(20);
    for (const { inputs } of records) {
      expect(inputs).toMatchObject({ proxied: false, ttl: 60, zoneId: "zone-id" });
      expect(inputs["name"]).toMatch(/(^|\.)example\.org$/);
    }
  });

  it("lets no name lead to another before that one has its addresses", async () => {
    const { options } = await buildNetwork({ "imera:reservedIp": "true" });
    const awaited = await waitsFor(options.get("imera-dns-domain-xmpp-client-tcp-xmpp1"));
    expect(awaited).toEqual(expect.arrayContaining(["imera-dns-xmpp1-reserved-a", "imera-dns-xmpp1-reserved-aaaa"]));
  });

  it("sets the priority of SRV records in both places", async () => {
    const { askedFor } = await usualNetwork();
    expect(resource(askedFor, "imera-dns-domain-xmpps-client-tcp-xmpp1").inputs).toMatchObject({
      type: "SRV",
      name: "_xmpps-client._tcp.example.org",
      priority: 5,
      data: { priority: 5, weight: 1, port: 5223, target: "xmpp1.example.org" },
    });
  });
});
