import { describe, expect, test } from "vitest";

import { renderRuleset } from "./ruleset.ts";
import { cloudIpv4, filter, reservedIps } from "./testing/one-droplet.ts";

function chain(name: string, ruleset: string): string[] {
  const body = new RegExp(`chain ${name} \\{\n([^}]*?)\n  \\}`, "s").exec(ruleset)?.[1] ?? "";
  return body.split("\n").map((line) => line.trim());
}

describe("a droplet with a firewall", () => {
  const ruleset = renderRuleset({ filters: [filter], reservedIps: [], cloudIpv4 });

  test("is sent what its inbound rules list, and nothing else", () => {
    expect(chain("in-7", ruleset)).toEqual([
      "ip saddr 0.0.0.0/0 tcp dport 5222 return",
      "ip6 saddr ::/0 tcp dport 5222 return",
      "ip saddr 10.99.1.2/32 udp dport 49152-49407 return",
      "ip saddr 0.0.0.0/0 meta l4proto icmp return",
      "ip6 saddr ::/0 meta l4proto ipv6-icmp return",
      "drop",
    ]);
  });

  test("sends what its outbound rules list, and nothing else", () => {
    expect(chain("out-7", ruleset)).toEqual(["ip daddr 0.0.0.0/0 meta l4proto tcp return", "drop"]);
  });

  test("is held to both at all its addresses", () => {
    expect(ruleset).toContain("ip saddr { 10.99.1.16, 10.98.1.2 } jump out-7");
    expect(ruleset).toContain("ip daddr { 10.99.1.16, 10.98.1.2 } jump in-7");
    expect(ruleset).toContain("ip6 saddr fd99:0:0:1::10 jump out-7");
    expect(ruleset).toContain("ip6 daddr fd99:0:0:1::10 jump in-7");
  });
});

test("a firewall without rules closes everything", () => {
  const ruleset = renderRuleset({ filters: [{ ...filter, inbound: [], outbound: [] }], reservedIps: [], cloudIpv4 });
  expect(chain("in-7", ruleset)).toEqual(["drop"]);
  expect(chain("out-7", ruleset)).toEqual(["drop"]);
});

test("a droplet without a firewall is named nowhere", () => {
  expect(renderRuleset({ filters: [], reservedIps: [], cloudIpv4 })).not.toContain("jump out-");
});

test("a reserved IP leads to its droplet from outside and from inside, one without a droplet nowhere", () => {
  const ruleset = renderRuleset({ filters: [], reservedIps, cloudIpv4 });
  expect(ruleset.match(/ip daddr 10\.99\.1\.128 dnat ip to 10\.99\.1\.16/g)).toHaveLength(2);
  expect(ruleset).toContain("ip saddr 10.99.1.16 ip daddr 10.99.1.16 snat ip to 10.99.1.1");
  expect(ruleset).not.toContain("10.99.1.129");
});
