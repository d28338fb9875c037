import { execa } from "execa";
import { describe, expect, test } from "vitest";

import type { DropletFilter, ReservedIpAssignment } from "../digitalocean/hypervisor.ts";
import { renderRuleset } from "./ruleset.ts";

const filter: DropletFilter = {
  dropletId: 7,
  network: {
    publicIpv4: "10.99.1.16",
    publicIpv6: "fd99:0:0:1::10",
    vpc: { id: "vpc", ipv4: "10.98.1.2", ipv4Cidr: "10.98.1.0/27" },
  },
  inbound: [
    { protocol: "tcp", ports: { first: 5222, last: 5222 }, peerCidrs: ["0.0.0.0/0", "::/0"] },
    { protocol: "udp", ports: { first: 49152, last: 49407 }, peerCidrs: ["10.99.1.2/32"] },
    { protocol: "icmp", peerCidrs: ["0.0.0.0/0", "::/0"] },
  ],
  outbound: [{ protocol: "tcp", peerCidrs: ["0.0.0.0/0"] }],
};
const reservedIps: ReservedIpAssignment[] = [
  { ipv4: "10.99.1.128", droplet: { id: 7, publicIpv4: "10.99.1.16" } },
  { ipv4: "10.99.1.129" },
];
const cloudIpv4 = "10.99.1.1";

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

test("nft takes it, also twice in a row", async ({ skip }) => {
  const nft = await execa("unshare", ["--net", "nft", "list", "tables"], { reject: false });
  if (nft.exitCode !== 0) skip("needs root and nftables");
  const ruleset = renderRuleset({ filters: [filter, { ...filter, dropletId: 8 }], reservedIps, cloudIpv4 });
  await execa("unshare", ["--net", "nft", "-f", "-"], { input: ruleset + ruleset });
});
