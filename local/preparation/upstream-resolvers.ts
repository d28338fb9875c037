import { isIP } from "node:net";

import { readIfThere } from "../../host/read-if-there.ts";

/**
 * Finds the resolvers that this machine uses, as far as another network namespace can reach them: those of /etc/resolv.conf, or
 * those behind systemd-resolved when that file names only its stub. Throws when there are none.
 */
export async function upstreamResolvers(): Promise<string[]> {
  for (const file of ["/etc/resolv.conf", "/run/systemd/resolve/resolv.conf"]) {
    const reachable = parseResolvConf((await readIfThere(file)) ?? "").filter((address) => !isLoopback(address));
    if (reachable.length > 0) return reachable;
  }
  throw new Error(
    "The droplets need a DNS resolver, and /etc/resolv.conf names none but this machine itself. " +
      "Add a `nameserver` line with the address of a resolver on your network.",
  );
}

/** Reads the addresses after `nameserver`, as resolv.conf(5) has them. */
export function parseResolvConf(content: string): string[] {
  return content.split("\n").flatMap((line) => {
    const address = /^\s*nameserver\s+(\S+)/.exec(line)?.[1];
    // An address with a zone (fe80::1%eth0) only means something in this machine's own namespace.
    return address !== undefined && isIP(address) !== 0 && !address.includes("%") ? [address] : [];
  });
}

function isLoopback(address: string): boolean {
  return address.startsWith("127.") || address === "::1";
}
