import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { execa } from "execa";
import { z } from "zod";

import { readIfThere } from "../../host/read-if-there.ts";
import { type Run, runsFolder } from "../run/run.ts";
import { namespaceNames } from "./namespace.ts";

/**
 * Lets droplets reach what this machine reaches over IPv4, under this machine's address: one nftables table named after the
 * run, forwarding on the interfaces involved, and an exception where Docker's own rules would drop the packets.
 */
export async function openOutbound(run: Run): Promise<void> {
  await execa("nft", ["-f", "-"], { input: masqueradeTable(run) });
  await execa("sysctl", ["-qw", `net.ipv4.conf.${run.name}.forwarding=1`]);
  await forwardFromUplinks();
  await passDocker(run);
}

/** Undoes {@link openOutbound}. Forwarding goes back to what it was with the last run on this machine. */
export async function closeOutbound(run: Run): Promise<void> {
  await execa("nft", ["-f", "-"], { input: `add table inet ${run.name}\ndelete table inet ${run.name}\n` });
  await deleteDockerRules(run);
  const others = (await namespaceNames()).filter((name) => /^imera\d+$/.test(name) && name !== run.name);
  if (others.length === 0) await restoreForwarding();
}

function masqueradeTable({ name, addresses }: Run): string {
  return `add table inet ${name}
delete table inet ${name}
table inet ${name} {
  chain postrouting {
    type nat hook postrouting priority srcnat;
    ip saddr ${addresses.publicIpv4Cidr} oifname != "${name}" masquerade
  }
}
`;
}

const forwardingBefore = z.record(z.string(), z.string());
const forwardingFile = join(runsFolder, "forwarding-before.json");

/** Turns forwarding on for the interfaces with a default route only: for the whole machine it would change more than is needed. */
async function forwardFromUplinks(): Promise<void> {
  const before = (await readForwardingBefore()) ?? {};
  for (const uplink of await defaultRouteInterfaces()) {
    const value = await readForwarding(uplink);
    if (value === "1") continue;
    await writeFile(forwardingFile, JSON.stringify({ ...before, [uplink]: value }), { mode: 0o600 });
    await writeForwarding(uplink, "1");
  }
}

async function restoreForwarding(): Promise<void> {
  const before = await readForwardingBefore();
  if (before === undefined) return;
  const present = (await execa("ip", ["-json", "link"])).stdout;
  const names = (JSON.parse(present) as { ifname: string }[]).map(({ ifname }) => ifname);
  for (const [uplink, value] of Object.entries(before)) {
    if (names.includes(uplink)) await writeForwarding(uplink, value);
  }
  await rm(forwardingFile);
}

async function readForwardingBefore(): Promise<Record<string, string> | undefined> {
  const content = await readIfThere(forwardingFile);
  return content === undefined ? undefined : forwardingBefore.parse(JSON.parse(content));
}

async function defaultRouteInterfaces(): Promise<string[]> {
  const { stdout } = await execa("ip", ["-json", "-4", "route", "show", "default"]);
  const routes = stdout === "" ? [] : (JSON.parse(stdout) as { dev?: string }[]);
  return [...new Set(routes.flatMap(({ dev }) => (dev === undefined ? [] : [dev])))];
}

async function readForwarding(name: string): Promise<string> {
  return (await readFile(`/proc/sys/net/ipv4/conf/${name}/forwarding`, "utf8")).trim();
}

async function writeForwarding(name: string, value: string): Promise<void> {
  await writeFile(`/proc/sys/net/ipv4/conf/${name}/forwarding`, value);
}

// Docker sets the policy of the forward hook to drop. An accept in another table does not help: only a rule of its own does.
const dockerChain = ["ip", "filter", "DOCKER-USER"];

async function passDocker(run: Run): Promise<void> {
  if (!(await hasDockerChain())) return;
  await deleteDockerRules(run);
  for (const direction of ["iifname", "oifname"]) {
    await execa("nft", ["insert", "rule", ...dockerChain, direction, run.name, "accept"]);
  }
}

async function deleteDockerRules(run: Run): Promise<void> {
  if (!(await hasDockerChain())) return;
  const { stdout } = await execa("nft", ["--handle", "list", "chain", ...dockerChain]);
  for (const line of stdout.split("\n")) {
    const handle = / # handle (\d+)$/.exec(line)?.[1];
    if (handle === undefined || !line.includes(`"${run.name}"`)) continue;
    await execa("nft", ["delete", "rule", ...dockerChain, "handle", handle]);
  }
}

async function hasDockerChain(): Promise<boolean> {
  const { exitCode } = await execa("nft", ["list", "chain", ...dockerChain], { reject: false });
  return exitCode === 0;
}
