import { networkInterfaces } from "node:os";
import { networkCommandLine, pulumiCommandLine } from "../../../host/terminal/advice.ts";
import { type PortState, tryTcp } from "../../probes/port-scan.ts";
import type { Service } from "../../../components/model/services.ts";
import { type NetworkNode, nodeKey } from "../../network/network-outputs.ts";
import type { Check } from "../check.ts";
import { type Finding, failure, warning, well } from "../finding.ts";
import type { ExaminedNetwork } from "../examined-network.ts";

/** Check that every TCP port of the model answers by both families, and that others are shut. */
export const portsCheck: Check = {
  name: "ports",
  look: async (network) => {
    const looks = network.outputs.nodes.flatMap((node) =>
      families.map(async ({ family, addressOf }) => {
        const open = await tryAll(addressOf(node), openPorts(network.services, family));
        // A machine that does not answer at all need not be asked for what nobody should hear.
        const isUp = [...open.values()].includes("open");
        const shut = isUp ? await tryAll(addressOf(node), shutPorts(network.services)) : new Map<number, PortState>();
        return judgePorts(network, { node: node.name, family, open, shut, hasIpv6: hasIpv6() });
      }),
    );
    return (await Promise.all(looks)).flat();
  },
};

const families = [
  { family: "IPv4", addressOf: ({ serviceIpv4 }: NetworkNode) => serviceIpv4 },
  { family: "IPv6", addressOf: ({ publicIpv6 }: NetworkNode) => publicIpv6 },
] as const;

const openTimeoutMs = 4_000;

/** Ports of a node, and what became of an attempt at each. */
export interface TriedPorts {
  readonly node: string;
  readonly family: "IPv4" | "IPv6";
  /** Ports of the model. */
  readonly open: ReadonlyMap<number, PortState>;
  /** Ports that are nobody's business. */
  readonly shut: ReadonlyMap<number, PortState>;
  /** Whether the machine that asks has an IPv6 address of its own. */
  readonly hasIpv6: boolean;
}

/** Judges one node's ports by one family of addresses. */
export function judgePorts(
  { access, services }: Pick<ExaminedNetwork, "access" | "services">,
  tried: TriedPorts,
): readonly Finding[] {
  const { node, family, open, shut, hasIpv6 } = tried;
  const operators = new Set(operatorPorts(services));
  const key = nodeKey({ name: node });
  const closed = [...open].filter(([, state]) => state !== "open");
  if (closed.length === open.size) {
    if (family === "IPv6" && !hasIpv6) {
      return [well("ports-ipv6", "not asked: this machine has no IPv6 address of its own")];
    }
    return [silentMachine(access, tried, key)];
  }
  const answering = [...shut].filter(
    ([port, state]) => state === "open" || (state === "refused" && !operators.has(port)),
  );
  const troubles = [
    ...closed.map(([port, state]) => closedPort(access, { node: key, family, port, state })),
    ...answering.map(([port, state]) => strangePort(access, { node: key, family, port, state })),
  ];
  if (troubles.length > 0) return troubles;
  return [well(`ports:${key} ${family}`, `${[...open.keys()].join(", ")} are open; ${shut.size} others are shut`)];
}

function silentMachine(access: ExaminedNetwork["access"], { family, open }: TriedPorts, key: string): Finding {
  const whole = family === "IPv4";
  return failure({
    id: `machine-silent:${key} ${family}`,
    seen: `none of ${[...open.keys()].join(", ")} answers by ${family}`,
    wanted: "all of them open",
    meaning: whole
      ? "Nobody reaches the network."
      : "Clients with IPv6 alone reach nothing, and others lose time before they try IPv4.",
    next: whole
      ? networkCommandLine("rebuild", access)
      : networkCommandLine("ssh", access, key, "ip -6 addr; ip -6 route"),
    explains: whole
      ? ["tls", "certificate", "login", "sasl", "ssh", "machine-silent", "relay", "upload", "host-meta"]
      : [],
  });
}

interface TriedPort {
  readonly node: string;
  readonly family: string;
  readonly port: number;
  readonly state: PortState;
}

function closedPort(access: ExaminedNetwork["access"], { node, family, port, state }: TriedPort): Finding {
  const isRefused = state === "refused";
  return failure({
    id: `port-shut:${port} ${family}`,
    seen: isRefused ? `${node} refuses: no program listens` : `${node} does not answer: something on the way drops it`,
    wanted: "open",
    meaning: `What uses port ${port} does not reach the network by ${family}.`,
    next: isRefused
      ? networkCommandLine("ssh", access, node, "/usr/local/lib/imera/converge")
      : pulumiCommandLine(access, "up"),
    explains: [...(consequencesOf[port] ?? []), `port-shut:${port} `],
  });
}

/** Findings that follow where nobody reaches a port. */
const consequencesOf: Readonly<Record<number, readonly string[]>> = {
  22: ["ssh"],
  443: ["tls-silent:443", "upload", "host-meta"],
  5222: ["tls-silent:5222", "login", "sasl"],
  5223: ["tls-silent:5223", "sasl"],
  5269: ["tls-silent:5269"],
  5270: ["tls-silent:5270"],
};

function strangePort(access: ExaminedNetwork["access"], { node, family, port, state }: TriedPort): Finding {
  const evidence = { wanted: "silence: the firewall drops it", next: pulumiCommandLine(access, "up") };
  return state === "open"
    ? failure({
        id: `port-open:${port} ${family}`,
        ...evidence,
        seen: `${node} takes connections`,
        meaning: "A program that is not part of the network can be reached by everyone.",
      })
    : warning({
        id: `port-unfiltered:${port} ${family}`,
        ...evidence,
        seen: `${node} refuses: the firewall lets it through, and no program listens yet`,
        meaning: "Whatever listens there one day can be reached by everyone.",
      });
}

async function tryAll(address: string, ports: readonly number[]): Promise<ReadonlyMap<number, PortState>> {
  const states = await Promise.all(
    ports.map(async (port) => [port, await tryTcp(address, port, openTimeoutMs)] as const),
  );
  return new Map(states);
}

/**
 * Lists the TCP ports that must be open to the machine that runs the operator's commands. Which of its addresses may use SSH is
 * known of the one that the commands use: an IPv4 address.
 */
function openPorts(services: readonly Service[], family: TriedPorts["family"]): readonly number[] {
  return services
    .filter(({ transports, name, reach }) => {
      return transports.includes("tcp") && name !== "first-contact" && (reach === "everyone" || family === "IPv4");
    })
    .map(({ ports }) => ports.first);
}

/** Ports that the firewall lets operators through to, whether a program listens there or not. */
function operatorPorts(services: readonly Service[]): readonly number[] {
  return services.filter(({ reach }) => reach === "operators").map(({ ports }) => ports.first);
}

/** Ports of what is on a node for itself, and of what people leave open by mistake. */
function shutPorts(services: readonly Service[]): readonly number[] {
  const open = new Set(openPorts(services, "IPv4"));
  return likelyPorts.filter((port) => !open.has(port));
}

const likelyPorts = [
  ...[21, 23, 25, 53, 80, 110, 111, 139, 143, 389, 445, 1080, 1883, 2222, 2375, 3306, 3389, 4369, 5210, 5280],
  ...[5281, 5432, 5443, 5900, 6379, 6432, 8000, 8080, 8443, 8888, 9090, 9100, 9187, 9200, 11211, 27017],
];

/** Addresses that only this machine or its link knows do not count. */
function hasIpv6(): boolean {
  return Object.values(networkInterfaces())
    .flat()
    .some((address) => address?.family === "IPv6" && !address.internal && !address.address.startsWith("fe80"));
}
