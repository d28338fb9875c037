import { BlockList, isIP } from "node:net";

/** Limits on the addresses that a token may be used from: its `condition.request_ip`. Addresses or CIDRs, IPv4 and IPv6. */
export interface AddressLimits {
  /** Default: all. */
  readonly in?: readonly string[] | undefined;
  /** Default: none. */
  readonly not_in?: readonly string[] | undefined;
}

/** Tells whether `address` (IPv4, IPv6 or IPv4 mapped into IPv6) is within `limits`. */
export function withinLimits(limits: AddressLimits, address: string): boolean {
  if (limits.in !== undefined && !isInAny(limits.in, address)) return false;
  return limits.not_in === undefined || !isInAny(limits.not_in, address);
}

/** Tells whether `text` is an IPv4 or IPv6 address or a CIDR, and so may stand in {@link AddressLimits}. */
export function isAddressRange(text: string): boolean {
  const [address, prefix, ...rest] = text.split("/");
  const family = isIP(address ?? "");
  if (family === 0 || rest.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128));
}

/** Writes an address as people do: `::ffff:192.0.2.1`, which a socket for both families reports, becomes `192.0.2.1`. */
export function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, "");
}

function isInAny(ranges: readonly string[], address: string): boolean {
  const list = new BlockList();
  for (const range of ranges) {
    const [network = "", prefix] = range.split("/");
    const family = familyOf(network);
    list.addSubnet(network, prefix === undefined ? (family === "ipv4" ? 32 : 128) : Number(prefix), family);
  }
  const plain = plainAddress(address);
  return list.check(plain, familyOf(plain));
}

function familyOf(address: string): "ipv4" | "ipv6" {
  return isIP(address) === 6 ? "ipv6" : "ipv4";
}
