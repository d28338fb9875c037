import { stringify } from "yaml";

import type { DropletNetwork } from "../digitalocean/hypervisor.ts";

/** Next hop of the public interface, an address of the host's end of each veth pair. */
const publicGatewayIpv4 = "169.254.0.1";
/** Next hop of the VPC interface; another one, because a machine has one route to an address. */
const vpcGatewayIpv4 = "169.254.0.2";
/** Next hop of the public interface for IPv6. */
const gatewayIpv6 = "fe80::1";

/** One machine of the local cloud as its network sees it: a droplet, or a service container, which has no VPC. */
export type MachineNetwork = Omit<DropletNetwork, "vpc"> & { readonly vpc?: DropletNetwork["vpc"] };

/**
 * Writes cloud-init's network configuration, version 2: eth0 public, eth1 in the VPC, all addresses alone on their link so that
 * every packet is routed (and filtered) by the namespace.
 * https://cloudinit.readthedocs.io/en/latest/reference/network-config-format-v2.html
 */
export function renderNetworkConfig(network: MachineNetwork, resolver: string): string {
  const { publicIpv4, publicIpv6, vpc } = network;
  const eth0 = {
    addresses: [`${publicIpv4}/32`, ...(publicIpv6 === undefined ? [] : [`${publicIpv6}/128`])],
    nameservers: { addresses: [resolver] },
    routes: [
      { to: `${publicGatewayIpv4}/32` },
      { to: "0.0.0.0/0", via: publicGatewayIpv4 },
      ...(publicIpv6 === undefined ? [] : [{ to: "::/0", via: gatewayIpv6 }]),
    ],
  };
  const eth1 = vpc && {
    addresses: [`${vpc.ipv4}/32`],
    routes: [{ to: `${vpcGatewayIpv4}/32` }, { to: vpc.ipv4Cidr, via: vpcGatewayIpv4 }],
  };
  return stringify({ version: 2, ethernets: { eth0, ...(eth1 && { eth1 }) } });
}

/**
 * Makes Incus's network devices that fit {@link renderNetworkConfig}. The interfaces' names in the namespace are `hostName`
 * followed by `p` (public) or `v` (VPC).
 */
export function nicDevices(network: MachineNetwork, hostName: string): Record<string, Record<string, string>> {
  const { publicIpv4, publicIpv6, vpc } = network;
  const eth0 = {
    ...routed,
    name: "eth0",
    host_name: `${hostName}p`,
    "ipv4.address": publicIpv4,
    "ipv4.host_address": publicGatewayIpv4,
    ...(publicIpv6 === undefined
      ? { "ipv6.gateway": "none" }
      : { "ipv6.address": publicIpv6, "ipv6.host_address": gatewayIpv6 }),
  };
  if (vpc === undefined) return { eth0 };
  const eth1 = {
    ...routed,
    name: "eth1",
    host_name: `${hostName}v`,
    "ipv4.address": vpc.ipv4,
    "ipv4.host_address": vpcGatewayIpv4,
    "ipv4.gateway": "none",
    "ipv6.gateway": "none",
  };
  return { eth0, eth1 };
}

// Looking for somebody else with the same address takes seconds, and the address plan rules it out.
const routed = {
  type: "nic",
  nictype: "routed",
  "ipv4.neighbor_probe": "false",
  "ipv6.neighbor_probe": "false",
};
