import type {
  Firewall,
  Firewall_rule_base,
  Firewall_rule_base_protocol,
  Firewall_rule_target,
  Firewall_rules_inbound_rules,
  Firewall_rules_outbound_rules,
} from "@digitalocean/dots/src/dots/models/index.js";
import { sorted } from "../protocol/index.ts";

/** Properties that firewall rules of both directions have. */
export interface RuleBase {
  /** `tcp`, `udp` or `icmp`. */
  readonly protocol: string;
  /** `443`, `8000-9000` or `1-65535`. Left out for `icmp`. */
  readonly portRange?: string;
}

/** Firewall rule for incoming traffic: its sources. A list that is left out or empty names nobody. */
export interface InboundRule extends RuleBase {
  readonly sourceAddresses?: readonly string[];
  readonly sourceDropletIds?: readonly number[];
  readonly sourceKubernetesIds?: readonly string[];
  readonly sourceLoadBalancerUids?: readonly string[];
  readonly sourceTags?: readonly string[];
}

/** Firewall rule for outgoing traffic: its destinations. A list that is left out or empty names nobody. */
export interface OutboundRule extends RuleBase {
  readonly destinationAddresses?: readonly string[];
  readonly destinationDropletIds?: readonly number[];
  readonly destinationKubernetesIds?: readonly string[];
  readonly destinationLoadBalancerUids?: readonly string[];
  readonly destinationTags?: readonly string[];
}

/** Finds a fault of the rules, in the official plugin's words; undefined when there is none. */
export function ruleProblem(direction: "inbound" | "outbound", rules: readonly RuleBase[]): string | undefined {
  const open = rules.find(({ protocol, portRange = "" }) => protocol !== "icmp" && portRange === "");
  return (
    open &&
    `\`port_range\` of ${direction} rules is required if protocol is \`tcp\` or \`udp\`, and a ${open.protocol} rule has none`
  );
}

/** Rules as the API takes them. */
export function toInboundRules(rules: readonly InboundRule[]): Firewall_rules_inbound_rules[] {
  return rules.map((rule) => ({
    ...toBase(rule),
    sources: toTarget({
      addresses: rule.sourceAddresses,
      tags: rule.sourceTags,
      dropletIds: rule.sourceDropletIds,
      kubernetesIds: rule.sourceKubernetesIds,
      loadBalancerUids: rule.sourceLoadBalancerUids,
    }),
  }));
}

/** Rules as the API takes them. */
export function toOutboundRules(rules: readonly OutboundRule[]): Firewall_rules_outbound_rules[] {
  return rules.map((rule) => ({
    ...toBase(rule),
    destinations: toTarget({
      addresses: rule.destinationAddresses,
      tags: rule.destinationTags,
      dropletIds: rule.destinationDropletIds,
      kubernetesIds: rule.destinationKubernetesIds,
      loadBalancerUids: rule.destinationLoadBalancerUids,
    }),
  }));
}

/** Rules as the state holds them. `given` are the program's own: they tell how it writes "all ports". */
export function fromRules(found: Firewall, given: readonly RuleBase[]) {
  return {
    inboundRules: byPorts(
      (found.inboundRules ?? []).map((rule) => ({
        ...fromBase(rule, given),
        sourceAddresses: sorted(rule.sources?.addresses),
        sourceDropletIds: sorted(rule.sources?.dropletIds),
        sourceKubernetesIds: sorted(rule.sources?.kubernetesIds),
        sourceLoadBalancerUids: sorted(rule.sources?.loadBalancerUids),
        sourceTags: sorted(rule.sources?.tags),
      })),
    ),
    outboundRules: byPorts(
      (found.outboundRules ?? []).map((rule) => ({
        ...fromBase(rule, given),
        destinationAddresses: sorted(rule.destinations?.addresses),
        destinationDropletIds: sorted(rule.destinations?.dropletIds),
        destinationKubernetesIds: sorted(rule.destinations?.kubernetesIds),
        destinationLoadBalancerUids: sorted(rule.destinations?.loadBalancerUids),
        destinationTags: sorted(rule.destinations?.tags),
      })),
    ),
  };
}

function toBase({ protocol, portRange = "" }: RuleBase): Firewall_rule_base {
  const base = { protocol: protocol as Firewall_rule_base_protocol };
  return portRange === "" ? base : { ...base, ports: portRange };
}

/** The API wants no list rather than an empty one. */
function toTarget(lists: Readonly<Record<string, readonly (string | number)[] | undefined>>): Firewall_rule_target {
  return Object.fromEntries(
    Object.entries(lists).flatMap(([key, items = []]) => (items.length === 0 ? [] : [[key, sorted(items)]])),
  );
}

// The API says "0" for all ports, however that was written; for ICMP it stands for no ports.
function fromBase({ protocol, ports }: Firewall_rule_base, given: readonly RuleBase[]) {
  const isAll = ports === "0" && protocol !== "icmp";
  const asGiven = given.find((rule) => rule.protocol === protocol && isAllPorts(rule.portRange))?.portRange ?? "all";
  return { protocol: protocol ?? "", portRange: isAll ? asGiven : ports === "0" ? "" : (ports ?? "") };
}

function isAllPorts(portRange: string | undefined): boolean {
  return portRange === "1-65535" || portRange === "0" || portRange === "all";
}

/** Rules are a set: the state keeps them in one order, by ports, so that two reads are equal. */
function byPorts<R extends { readonly portRange: string }>(rules: R[]): R[] {
  const key = (rule: R) => `${rule.portRange} ${JSON.stringify(rule)}`;
  return rules.sort((one, other) => (key(one) < key(other) ? -1 : 1));
}
