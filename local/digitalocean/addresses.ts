import type { AddressPlan } from "../run/address-plan.ts";
import { unprocessable } from "./errors.ts";
import { formatIpv4, formatIpv4Range, overlap, parseIpv4, parseIpv4Range, rangeSize, subnets } from "./ipv4.ts";
import type { Ipv4Range } from "./ipv4.ts";
import type { State } from "./state.ts";

/** Finds the next free public IPv4 address for a droplet. Throws 422 when all are taken. */
export function takeDropletIpv4(state: State, plan: AddressPlan): string {
  const used = state.droplets.all().map((droplet) => droplet.publicIpv4);
  return takeNext(state, "ipv4/droplets", plan.dropletIpv4, used);
}

/** Finds the next free reserved IP. Throws 422 when all are taken. */
export function takeReservedIpv4(state: State, plan: AddressPlan): string {
  const used = state.reservedIps.all().map(({ ip }) => ip);
  return takeNext(state, "ipv4/reserved", plan.reservedIpv4, used);
}

/** Computes the IPv6 address that goes with a droplet's public IPv4 address: the last octet behind the run's prefix. */
export function ipv6For(publicIpv4: string, plan: AddressPlan): string {
  const lastOctet = Number(publicIpv4.split(".").at(-1));
  return plan.publicIpv6Cidr.replace(/::\/64$/, `::${lastOctet.toString(16)}`);
}

/** Finds the next free address in a VPC, whose first two addresses and last are not given to droplets. Throws 422 when all are taken. */
export function takeVpcIpv4(state: State, vpc: { readonly id: string; readonly ipRange: string }): string {
  const { base, prefix } = mustParseRange(vpc.ipRange);
  const limits = { first: formatIpv4(base + 2), last: formatIpv4(base + rangeSize(prefix) - 2) };
  const used = state.droplets.all().flatMap((droplet) => (droplet.vpcId === vpc.id ? [droplet.vpcIpv4] : []));
  return takeNext(state, `ipv4/vpc/${vpc.id}`, limits, used);
}

/** Chooses a range for a VPC that names none: the first free /27 of the plan. Throws 422 when none is left. */
export function chooseVpcRange(state: State, plan: AddressPlan): string {
  const taken = state.vpcs.all().map((vpc) => mustParseRange(vpc.ipRange));
  for (const candidate of subnets(mustParseRange(plan.vpcIpv4Cidr), 27)) {
    if (!taken.some((range) => overlap(range, candidate))) return formatIpv4Range(candidate);
  }
  throw unprocessable(`No VPC range is left in ${plan.vpcIpv4Cidr}. Delete a VPC, or name an ip_range.`);
}

const privateRanges = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"].map(mustParseRange);
/** Ranges that DigitalOcean keeps for itself in every region (its documentation of VPC limits). */
const vendorRanges = ["10.244.0.0/16", "10.245.0.0/16", "10.246.0.0/24", "10.229.0.0/16"].map(mustParseRange);

/** Refuses with 422 a VPC range that DigitalOcean would refuse, or that the local cloud's own addresses are in. */
export function assertVpcRange(state: State, plan: AddressPlan, text: string): void {
  const range = parseIpv4Range(text);
  if (range === undefined) throw unprocessable(`ip_range ${text} is not a network in CIDR notation.`);
  if (range.prefix < 16 || range.prefix > 28) throw unprocessable("The VPC's ip_range must be between /16 and /28.");
  const inside = privateRanges.some((outer) => outer.prefix <= range.prefix && overlap(outer, range));
  if (!inside) throw unprocessable("The VPC's ip_range must be of the private addresses of RFC 1918.");
  const reserved = [...vendorRanges, mustParseRange(plan.publicIpv4Cidr)].find((other) => overlap(other, range));
  if (reserved !== undefined) {
    throw unprocessable(`ip_range overlaps with the reserved range ${formatIpv4Range(reserved)}.`);
  }
  if (state.vpcs.all().some((vpc) => overlap(mustParseRange(vpc.ipRange), range))) {
    throw unprocessable("This range/size overlaps with another VPC network in your account.");
  }
}

/** Goes on from the address given last, so that one given back is not somebody else's at once. */
function takeNext(
  state: State,
  cursor: string,
  limits: { readonly first: string; readonly last: string },
  used: readonly string[],
): string {
  const [first, last] = [parseIpv4(limits.first), parseIpv4(limits.last)];
  if (first === undefined || last === undefined) {
    throw new Error(`${cursor}: ${limits.first} to ${limits.last} is no range`);
  }
  const taken = new Set(used);
  const start = (state.counters.get(cursor)?.value ?? first - 1) + 1 - first;
  const count = last - first + 1;
  for (let step = 0; step < count; step++) {
    const value = first + ((start + step) % count);
    if (taken.has(formatIpv4(value))) continue;
    state.counters.put(cursor, { value });
    return formatIpv4(value);
  }
  throw unprocessable(`All ${count} addresses from ${limits.first} to ${limits.last} are in use.`);
}

function mustParseRange(text: string): Ipv4Range {
  const range = parseIpv4Range(text);
  if (range === undefined) throw new Error(`${text} is not a network in CIDR notation`);
  return range;
}
