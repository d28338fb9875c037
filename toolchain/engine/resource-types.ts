/** Type tokens of the resources that the program declares, as the engine's events and state name them. */
export const resourceTypes = {
  droplet: "digitalocean:index/droplet:Droplet",
  volume: "digitalocean:index/volume:Volume",
  volumeAttachment: "digitalocean:index/volumeAttachment:VolumeAttachment",
  vpc: "digitalocean:index/vpc:Vpc",
  firewall: "digitalocean:index/firewall:Firewall",
  sshKey: "digitalocean:index/sshKey:SshKey",
  tag: "digitalocean:index/tag:Tag",
  reservedIp: "digitalocean:index/reservedIp:ReservedIp",
  reservedIpAssignment: "digitalocean:index/reservedIpAssignment:ReservedIpAssignment",
  spacesBucket: "digitalocean:index/spacesBucket:SpacesBucket",
  spacesKey: "digitalocean:index/spacesKey:SpacesKey",
  uptimeCheck: "digitalocean:index/uptimeCheck:UptimeCheck",
  uptimeAlert: "digitalocean:index/uptimeAlert:UptimeAlert",
  monitorAlert: "digitalocean:index/monitorAlert:MonitorAlert",
  dnsRecord: "cloudflare:index/dnsRecord:DnsRecord",
  apiToken: "cloudflare:index/apiToken:ApiToken",
  remoteCommand: "command:remote:Command",
} as const;

/** A resource's type in plain words, such as `data volume`; the last part of the token for types that are not in the table. */
export function kindOf(type: string): string {
  return kinds.get(type) ?? type.slice(type.lastIndexOf(":") + 1);
}

const kinds = new Map<string, string>([
  [resourceTypes.droplet, "droplet"],
  [resourceTypes.volume, "data volume"],
  [resourceTypes.volumeAttachment, "attachment of the data volume"],
  [resourceTypes.vpc, "private network"],
  [resourceTypes.firewall, "firewall"],
  [resourceTypes.sshKey, "SSH key"],
  [resourceTypes.tag, "tag"],
  [resourceTypes.reservedIp, "reserved IP"],
  [resourceTypes.reservedIpAssignment, "assignment of the reserved IP"],
  [resourceTypes.spacesBucket, "bucket of the backups"],
  [resourceTypes.spacesKey, "key to the bucket"],
  [resourceTypes.uptimeCheck, "check from outside"],
  [resourceTypes.uptimeAlert, "alert of a check from outside"],
  [resourceTypes.monitorAlert, "alert on disk or memory"],
  [resourceTypes.dnsRecord, "DNS record"],
  [resourceTypes.apiToken, "token for certificates"],
  [resourceTypes.remoteCommand, "step on the node"],
]);
