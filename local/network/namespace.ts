import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";

import { execa } from "execa";

import type { Run } from "../run/run.ts";

/** Lower than any other route: it only counts when the run's own route is gone. */
const lastResortMetric = "4278198272";

/**
 * Makes the run's network namespace, the veth pair to it and the routes on both sides. What is there already stays. The
 * unreachable routes keep packets for droplets that are gone, or for a run that has died, on this machine.
 */
export async function createNamespace(run: Run): Promise<void> {
  if (!(await namespaceExists(run))) await ip("netns", "add", run.name);
  await sysctl(run, "net.ipv4.ip_forward", "1");
  await sysctl(run, "net.ipv6.conf.all.forwarding", "1");
  if (!(await linkExists(run.name))) {
    await ip("link", "add", run.name, "type", "veth", "peer", "name", cloudInterface, "netns", run.name);
  }
  await configureHostSide(run);
  await configureCloudSide(run);
}

/** Deletes the namespace and the host's end of the veth pair with the routes on it. */
export async function deleteNamespace(run: Run): Promise<void> {
  const { publicIpv4Cidr, vpcIpv4Cidr, publicIpv6Cidr } = run.addresses;
  if (await linkExists(run.name)) await ip("link", "delete", run.name);
  if (await namespaceExists(run)) await ip("netns", "delete", run.name);
  for (const cidr of [publicIpv4Cidr, vpcIpv4Cidr]) await deleteUnreachable("-4", cidr);
  await deleteUnreachable("-6", publicIpv6Cidr);
}

/** The namespace's end of the veth pair. */
const cloudInterface = "host0";

/** Puts `command` into the run's namespace. It sees a /sys of its own, without /sys/fs/cgroup. */
export function inNamespace(run: Run, command: readonly string[]): [string, ...string[]] {
  return ["ip", "netns", "exec", run.name, ...command];
}

/** Tells whether the run's network namespace is there. */
export async function namespaceExists(run: Run): Promise<boolean> {
  return (await namespaceNames()).includes(run.name);
}

/** Lists the names of this machine's network namespaces. */
export async function namespaceNames(): Promise<string[]> {
  // Where ip-netns(8) keeps them; read here, because iproute2 may not be installed yet.
  const folder = "/run/netns";
  return existsSync(folder) ? readdir(folder) : [];
}

async function configureHostSide(run: Run): Promise<void> {
  const { cloudIpv4, cloudIpv6, hostIpv4, hostIpv6, publicIpv4Cidr, publicIpv6Cidr, vpcIpv4Cidr } = run.addresses;
  await ip("address", "replace", `${hostIpv4}/32`, "dev", run.name);
  await ip("link", "set", run.name, "up");
  await ip("route", "replace", `${cloudIpv4}/32`, "dev", run.name, "src", hostIpv4);
  await ip("route", "replace", publicIpv4Cidr, "via", cloudIpv4, "dev", run.name, "src", hostIpv4);
  for (const cidr of [publicIpv4Cidr, vpcIpv4Cidr]) {
    await ip("route", "replace", "unreachable", cidr, "metric", lastResortMetric);
  }
  if (!kernelHasIpv6()) return;
  await execa("sysctl", ["-qw", `net.ipv6.conf.${run.name}.disable_ipv6=0`]);
  await ip("-6", "address", "replace", `${hostIpv6}/128`, "dev", run.name, "nodad");
  await ip("-6", "route", "replace", `${cloudIpv6}/128`, "dev", run.name, "src", hostIpv6);
  await ip("-6", "route", "replace", publicIpv6Cidr, "via", cloudIpv6, "dev", run.name, "src", hostIpv6);
  await ip("-6", "route", "replace", "unreachable", publicIpv6Cidr, "metric", lastResortMetric);
}

async function configureCloudSide(run: Run): Promise<void> {
  const { cloudIpv4, cloudIpv6, hostIpv4, hostIpv6, publicIpv4Cidr, publicIpv6Cidr, vpcIpv4Cidr, otherProviderIpv4 } =
    run.addresses;
  const inside = (...args: string[]) => ip("-n", run.name, ...args);
  await inside("link", "set", "lo", "up");
  for (const ipv4 of [cloudIpv4, otherProviderIpv4]) {
    await inside("address", "replace", `${ipv4}/32`, "dev", cloudInterface);
  }
  await inside("link", "set", cloudInterface, "up");
  await inside("route", "replace", `${hostIpv4}/32`, "dev", cloudInterface, "src", cloudIpv4);
  await inside("route", "replace", "default", "via", hostIpv4, "dev", cloudInterface, "src", cloudIpv4);
  for (const cidr of [publicIpv4Cidr, vpcIpv4Cidr]) await inside("route", "replace", "unreachable", cidr);
  if (!kernelHasIpv6()) return;
  await inside("-6", "address", "replace", `${cloudIpv6}/128`, "dev", cloudInterface, "nodad");
  await inside("-6", "route", "replace", `${hostIpv6}/128`, "dev", cloudInterface, "src", cloudIpv6);
  await inside("-6", "route", "replace", "unreachable", publicIpv6Cidr);
  // The addresses are not routed outside. Told so at once, programs turn to IPv4 instead of waiting for an answer.
  await inside("-6", "route", "replace", "unreachable", "default", "metric", lastResortMetric);
}

async function deleteUnreachable(family: "-4" | "-6", cidr: string): Promise<void> {
  const { stdout } = await execa("ip", [family, "route", "show", "type", "unreachable", cidr]);
  if (stdout !== "") await ip(family, "route", "delete", "unreachable", cidr, "metric", lastResortMetric);
}

async function linkExists(name: string): Promise<boolean> {
  const { stdout } = await execa("ip", ["-json", "link", "show", "type", "veth"]);
  const links = stdout === "" ? [] : (JSON.parse(stdout) as { ifname?: string }[]);
  return links.some(({ ifname }) => ifname === name);
}

function kernelHasIpv6(): boolean {
  return existsSync("/proc/net/if_inet6");
}

async function sysctl(run: Run, key: string, value: string): Promise<void> {
  const [file, ...args] = inNamespace(run, ["sysctl", "-qw", `${key}=${value}`]);
  await execa(file, args);
}

async function ip(...args: string[]): Promise<void> {
  await execa("ip", args);
}
