import type { RawConfig } from "./secret-problems.ts";

/** Tells whether there are networks and all of them are private. */
export function areAllPrivate(networks: readonly string[]): boolean {
  return networks.length > 0 && networks.every(isPrivate);
}

/** Whether an address, or a network in CIDR notation, is of a kind that no droplet sees anybody come from. */
export function isPrivate(network: string): boolean {
  return privateAddress.test(network);
}

// RFC 1918, RFC 6598, loopback, link-local and unique local addresses.
const privateAddress =
  /^(10\.|127\.|192\.168\.|169\.254\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|::1\b|fe80:|f[cd][0-9a-f]{2}:)/i;

/** Says in a line why nobody could configure a node from these networks, all private ones; nothing of a cloud with an API of its own. */
export function operatorNetworkProblems(networks: readonly string[] | undefined, { values }: RawConfig): string[] {
  const isOwnCloud = (values["digitalocean:apiEndpoint"] ?? "") !== "";
  if (isOwnCloud || networks === undefined || !areAllPrivate(networks)) return [];
  return [`imera:sshNetworks: ${privateOnly(networks)}`];
}

/** Says what is wrong with networks that are all private, without the setting's name. */
export function privateOnly(networks: readonly string[]): string {
  return (
    `${networks.join(", ")}: private addresses, which a droplet never sees: add the public address that this machine comes from, such as ` +
    "203.0.113.7/32"
  );
}
