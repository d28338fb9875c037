/**
 * Writes an IPv6 address as RFC 5952 has it: lower case, no leading zeros, the longest run of zeros as `::`. Vendors answer other
 * forms for the same address, and what compares texts would see a change. Throws a TypeError for a text that is no address.
 */
export function canonicalIpv6(address: string): string {
  return new URL(`http://[${address}]`).hostname.slice(1, -1);
}
