import { isIPv6 } from "node:net";
import { canonicalIpv6 } from "../model/ipv6.ts";
import type { NodeAddresses } from "../model/node-facts.ts";

/**
 * Lists the networks, in CIDR notation, that no relay may send to (RFC 8656, section 21.1.4): whatever is no public unicast
 * address. The node's own public addresses are in none of them, wherever they lie: two people who both relay talk to each other
 * by these. Pure.
 */
export function forbiddenPeers(own: Pick<NodeAddresses, "publicIpv4" | "publicIpv6">): readonly string[] {
  const allowed = [own.publicIpv4, own.publicIpv6];
  return [...notPublicIpv4, ...notPublicIpv6].flatMap((network) =>
    allowed.reduce((networks, address) => networks.flatMap((each) => without(each, address)), [network]),
  );
}

// Loopback, private, shared by carriers' NAT, link-local with the metadata service, benchmarks, multicast and reserved.
const notPublicIpv4 = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.88.99.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "224.0.0.0/3",
];

// All but 2000::/3, and in it Teredo and 6to4, which hold IPv4 addresses. The mapped ones are in ::/3. By themselves, as
// ::ffff:0:0/96, the server would compare them with every IPv4 peer, and forbid it.
const notPublicIpv6 = ["::/3", "4000::/2", "8000::/1", "2001::/23", "2002::/16"];

/** Takes an address out of a network: the networks that the rest of it consists of, all in CIDR notation. */
function without(network: string, address: string): readonly string[] {
  const [start = "", length] = network.split("/");
  const prefix = bitsOf(start).slice(0, Number(length));
  const bits = bitsOf(address);
  if (isIPv6(start) !== isIPv6(address) || !bits.startsWith(prefix)) return [network];
  // One for each further bit: as the address up to it, and the other way there.
  return Array.from({ length: bits.length - prefix.length }, (_, index) => {
    const common = bits.slice(0, prefix.length + index);
    const branch = `${common}${bits[common.length] === "0" ? "1" : "0"}`;
    return `${addressOf(branch.padEnd(bits.length, "0"))}/${branch.length}`;
  });
}

/** Writes an address as its 32 or 128 bits. */
function bitsOf(address: string): string {
  if (!isIPv6(address)) return inBits(address.split(".").map(Number), 8);
  const [head = [], tail = []] = canonicalIpv6(address)
    .split("::")
    .map((half) =>
      half
        .split(":")
        .filter(Boolean)
        .map((group) => parseInt(group, 16)),
    );
  return inBits([...head, ...Array<number>(8 - head.length - tail.length).fill(0), ...tail], 16);
}

function inBits(numbers: readonly number[], bitsEach: number): string {
  return numbers.map((number) => number.toString(2).padStart(bitsEach, "0")).join("");
}

function addressOf(bits: string): string {
  if (bits.length === 32) return numbersIn(bits, 8).join(".");
  return canonicalIpv6(
    numbersIn(bits, 16)
      .map((number) => number.toString(16))
      .join(":"),
  );
}

function numbersIn(bits: string, bitsEach: number): number[] {
  return (bits.match(new RegExp(`.{${bitsEach}}`, "g")) ?? []).map((each) => parseInt(each, 2));
}
