import { isIPv4 } from "node:net";

/** A range of IPv4 addresses; `base` is its first address as a number. */
export interface Ipv4Range {
  readonly base: number;
  readonly prefix: number;
}

/** Reads `10.0.0.1` as a number from 0 to 2^32 - 1; undefined when it is no IPv4 address. */
export function parseIpv4(text: string): number | undefined {
  if (!isIPv4(text)) return undefined;
  return text.split(".").reduce((value, octet) => value * 256 + Number(octet), 0);
}

/** Writes the address `value` in dotted form. */
export function formatIpv4(value: number): string {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join(".");
}

/** Reads `10.0.0.0/24` as a range; undefined when it is none, or has bits set behind its prefix. */
export function parseIpv4Range(text: string): Ipv4Range | undefined {
  const [address = "", length = "", ...rest] = text.split("/");
  const base = parseIpv4(address);
  const prefix = /^\d{1,2}$/.test(length) ? Number(length) : NaN;
  if (base === undefined || rest.length > 0 || !(prefix <= 32)) return undefined;
  return base % rangeSize(prefix) === 0 ? { base, prefix } : undefined;
}

/** Counts the addresses of a range of this prefix length, network and broadcast addresses included. */
export function rangeSize(prefix: number): number {
  return 2 ** (32 - prefix);
}

/** Tells whether two ranges share an address. */
export function overlap(a: Ipv4Range, b: Ipv4Range): boolean {
  return a.base < b.base + rangeSize(b.prefix) && b.base < a.base + rangeSize(a.prefix);
}

/** Writes the netmask of a prefix length: `255.255.255.0` for 24. */
export function netmask(prefix: number): string {
  return formatIpv4(2 ** 32 - rangeSize(prefix));
}

/** Divides `range` into parts of the prefix length `prefix`, from its start. */
export function* subnets(range: Ipv4Range, prefix: number): Generator<Ipv4Range> {
  for (let base = range.base; base < range.base + rangeSize(range.prefix); base += rangeSize(prefix)) {
    yield { base, prefix };
  }
}

/** Writes a range as `10.0.0.0/24`. */
export function formatIpv4Range({ base, prefix }: Ipv4Range): string {
  return `${formatIpv4(base)}/${prefix}`;
}
