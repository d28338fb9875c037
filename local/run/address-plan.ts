/**
 * The addresses of one local cloud. A run has a number; every address it uses follows from that number, so two runs beside
 * each other cannot collide, and one route each is enough to keep their packets on this machine.
 */
export interface AddressPlan {
  /** Number of the run, 1 to 254. */
  readonly run: number;
  /** All addresses that the host can reach: `10.99.<run>.0/24`. */
  readonly publicIpv4Cidr: string;
  /** The local cloud itself, inside its network namespace: both APIs, the object store, the DNS server, the droplets' next hop. */
  readonly cloudIpv4: string;
  /** Another provider's object store, in the same namespace. */
  readonly otherProviderIpv4: string;
  /** This machine as droplets see it: where `pulumi up` and the operator's SSH come from. */
  readonly hostIpv4: string;
  /** First and last address that droplets get. */
  readonly dropletIpv4: { readonly first: string; readonly last: string };
  /** First and last address for the local cloud's own containers (ACME server, the peer's server). */
  readonly serviceIpv4: { readonly first: string; readonly last: string };
  /** First and last reserved IP. */
  readonly reservedIpv4: { readonly first: string; readonly last: string };
  /** All IPv6 addresses: `fd99:0:0:<run>::/64`. */
  readonly publicIpv6Cidr: string;
  readonly cloudIpv6: string;
  readonly hostIpv6: string;
  /** Range that VPCs without a range of their own are cut from: eight /27 of `10.98.<run>.0/24`. */
  readonly vpcIpv4Cidr: string;
}

/** Port of the DigitalOcean API on {@link AddressPlan.cloudIpv4}. */
export const digitaloceanApiPort = 8080;
/** Port of the Cloudflare API on {@link AddressPlan.cloudIpv4}. */
export const cloudflareApiPort = 8081;

/** Port of the HTTP proxy to the object store on {@link AddressPlan.cloudIpv4}. */
export const objectStoreProxyPort = 8082;

/** The address plan of run number `run`; throws a RangeError unless it is an integer from 1 to 254. */
export function addressPlan(run: number): AddressPlan {
  if (!Number.isInteger(run) || run < 1 || run > 254) {
    throw new RangeError(`run: expected an integer from 1 to 254, got ${run}`);
  }
  const v4 = `10.99.${run}`;
  const v6 = `fd99:0:0:${run.toString(16)}:`;
  return {
    run,
    publicIpv4Cidr: `${v4}.0/24`,
    cloudIpv4: `${v4}.1`,
    hostIpv4: `${v4}.2`,
    otherProviderIpv4: `${v4}.3`,
    serviceIpv4: { first: `${v4}.4`, last: `${v4}.15` },
    dropletIpv4: { first: `${v4}.16`, last: `${v4}.127` },
    reservedIpv4: { first: `${v4}.128`, last: `${v4}.254` },
    publicIpv6Cidr: `${v6}:/64`,
    cloudIpv6: `${v6}:1`,
    hostIpv6: `${v6}:2`,
    vpcIpv4Cidr: `10.98.${run}.0/24`,
  };
}
