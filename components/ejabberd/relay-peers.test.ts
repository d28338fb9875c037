import { BlockList, isIPv6 } from "node:net";
import { describe, expect, it } from "vitest";
import { forbiddenPeers } from "./relay-peers.ts";

const production = { publicIpv4: "164.92.10.20", publicIpv6: "2a03:b0c0:3:d0::424:1" };
const local = { publicIpv4: "10.99.1.16", publicIpv6: "fd99:1::10" };

describe("forbiddenPeers", () => {
  it.each([
    ["loopback", ["127.0.0.1", "127.0.0.54", "::1", "0.0.0.0", "::"]],
    [
      "private networks",
      ["10.98.1.34", "172.16.0.1", "172.31.255.255", "192.168.1.1", "fd00::1", "fc12:3::4", "fec0::1"],
    ],
    ["carriers' NAT", ["100.64.0.1", "100.127.255.255"]],
    ["link-local, with the metadata service", ["169.254.169.254", "169.254.0.1", "fe80::1"]],
    ["multicast and broadcast", ["224.0.0.1", "239.255.255.250", "255.255.255.255", "ff02::1"]],
    ["reserved", ["240.0.0.1", "192.0.0.8", "198.18.0.1", "100::1", "5f00::1", "4000::1"]],
    [
      "IPv4 in IPv6",
      ["::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001::1"],
    ],
  ])("has %s", (_, addresses) => {
    expect(addresses.filter((address) => !forbids(production, address))).toEqual([]);
  });

  it("has no public address", () => {
    const addresses = [
      "8.8.8.8",
      "9.255.255.255",
      "172.32.0.1",
      "223.255.255.255",
      "2606:4700::1111",
      "2a00::1",
      "2003::1",
    ];
    expect(addresses.filter((address) => forbids(production, address))).toEqual([]);
  });

  it.each(Object.values(local))(
    "leaves out %s, where it is the node's own public one, and nothing beside it",
    (own) => {
      expect(forbids(production, own)).toBe(true);
      expect(forbids(local, own)).toBe(false);
      const neighbours = isIPv6(own)
        ? ["fd99:1::f", "fd99:1::11", "fe80::1"]
        : ["10.99.1.15", "10.99.1.17", "10.0.0.0"];
      expect(neighbours.filter((address) => !forbids(local, address))).toEqual([]);
    },
  );

  it("says nothing that the server would compare with every IPv4 address", () => {
    expect(forbiddenPeers(local).filter((network) => network.startsWith("::ffff:"))).toEqual([]);
  });
});

function forbids(own: typeof production, address: string): boolean {
  const family = (text: string) => (isIPv6(text) ? "ipv6" : "ipv4");
  return forbiddenPeers(own).some((network) => {
    const [start = "", length] = network.split("/");
    const list = new BlockList();
    list.addSubnet(start, Number(length), family(start));
    return family(start) === family(address) && list.check(address, family(address));
  });
}
