import { isIP } from "node:net";
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { list } from "./body.ts";
import type { FirewallRule } from "./entities.ts";
import { unprocessable, unsupported } from "./errors.ts";
import { parsePorts } from "./filters.ts";

const peersBody = z.strictObject({
  addresses: list(z.string()),
  tags: list(z.string()),
  droplet_ids: list(z.int()),
  load_balancer_uids: list(z.string()),
  kubernetes_ids: list(z.string()),
});
type PeersBody = z.infer<typeof peersBody>;

const ruleBody = {
  protocol: z.enum(["tcp", "udp", "icmp"]),
  ports: z.string().default(""),
};
const inboundBody = z.strictObject({ ...ruleBody, sources: peersBody });
const outboundBody = z.strictObject({ ...ruleBody, destinations: peersBody });

/** The two lists of rules in a body. */
export const ruleBodies = { inbound_rules: list(inboundBody), outbound_rules: list(outboundBody) };

/** Reads an inbound rule of a body. Throws 422 for bad ports or addresses, 501 for peers that the local cloud does not have. */
export function readInbound({ sources, ...rule }: z.infer<typeof inboundBody>): FirewallRule {
  return { protocol: rule.protocol, ports: readPorts(rule), peers: readPeers(sources) };
}
/** Reads an outbound rule of a body. Throws 422 for bad ports or addresses, 501 for peers that the local cloud does not have. */
export function readOutbound({ destinations, ...rule }: z.infer<typeof outboundBody>): FirewallRule {
  return { protocol: rule.protocol, ports: readPorts(rule), peers: readPeers(destinations) };
}

/** Shows an inbound rule as DigitalOcean does. */
export function viewInbound({ protocol, ports, peers }: FirewallRule) {
  return { protocol, ports, sources: viewPeers(peers) };
}
/** Shows an outbound rule as DigitalOcean does. */
export function viewOutbound({ protocol, ports, peers }: FirewallRule) {
  return { protocol, ports, destinations: viewPeers(peers) };
}

/** Tells whether two rules are equal. */
export const sameRule = (a: FirewallRule, b: FirewallRule): boolean => isDeepStrictEqual(a, b);

function readPorts({ protocol, ports }: { protocol: FirewallRule["protocol"]; ports: string }): string {
  if (protocol === "icmp") {
    if (ports === "" || ports === "0") return "0";
    throw unprocessable("ports: an icmp rule has no ports");
  }
  if (ports === "all" || ports === "0") return "0";
  const range = /^\d{1,5}(-\d{1,5})?$/.test(ports) ? parsePorts(ports) : undefined;
  if (range === undefined || range.first < 1 || range.last > 65_535 || range.first > range.last) {
    throw unprocessable(`ports: "${ports}" is not a port from 1 to 65535, a range of them, or "all"`);
  }
  return ports;
}

function readPeers(body: PeersBody): FirewallRule["peers"] {
  if (body.load_balancer_uids.length > 0) throw unsupported("load balancers in firewall rules");
  if (body.kubernetes_ids.length > 0) throw unsupported("Kubernetes clusters in firewall rules");
  const { addresses, tags, droplet_ids: dropletIds } = body;
  if (addresses.length + tags.length + dropletIds.length === 0) {
    throw unprocessable("a rule must name addresses, tags or droplet_ids");
  }
  for (const address of addresses) assertNetwork(address);
  return { addresses, tags, dropletIds };
}

function assertNetwork(text: string): void {
  const [address = "", prefix, ...rest] = text.split("/");
  const family = isIP(address);
  const valid =
    family !== 0 &&
    rest.length === 0 &&
    (prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128)));
  if (!valid) throw unprocessable(`addresses: "${text}" is neither an IP address nor a network in CIDR notation`);
}

function viewPeers({ addresses, tags, dropletIds }: FirewallRule["peers"]) {
  return {
    ...(addresses.length === 0 ? {} : { addresses }),
    ...(tags.length === 0 ? {} : { tags }),
    ...(dropletIds.length === 0 ? {} : { droplet_ids: dropletIds }),
  };
}
