import { access, mkdir, statfs } from "node:fs/promises";

import { execa } from "execa";

import { namespaceNames } from "../network/namespace.ts";
import { type Run, runsFolder } from "../run/run.ts";

/** Faults of this machine that keep the local cloud from starting, each with what to do about it. */
class HostProblem extends Error {
  override readonly name = "HostProblem";
}

const neededGiB = 5;

/** Checks disk and kernel, before anything is changed. Throws one {@link HostProblem} that lists everything found. */
export async function checkHost(): Promise<void> {
  refuse([...(await checkDisk()), ...(await checkKernel())]);
}

/**
 * Checks that the run's addresses are nobody else's: not the machine's network's, not a VPN's. Throws a {@link HostProblem}
 * when they are. Needs iproute2.
 */
export async function checkAddresses(run: Run): Promise<void> {
  refuse(await takenAddresses(run));
}

function refuse(problems: readonly string[]): void {
  if (problems.length === 0) return;
  throw new HostProblem(
    `The local cloud cannot start here:\n${problems.map((problem) => `  - ${problem}`).join("\n")}`,
  );
}

async function checkDisk(): Promise<string[]> {
  await mkdir(runsFolder, { recursive: true, mode: 0o711 });
  const { bavail, bsize } = await statfs(runsFolder);
  const freeGiB = (bavail * bsize) / 1024 ** 3;
  if (freeGiB >= neededGiB) return [];
  return [`${runsFolder} has ${freeGiB.toFixed(1)} GiB free and ${neededGiB} are needed. Make room there.`];
}

async function checkKernel(): Promise<string[]> {
  const needed = [
    { path: "/proc/self/ns/net", what: "network namespaces" },
    { path: "/dev/loop-control", what: "loop devices (modprobe loop)" },
  ];
  const missing: string[] = [];
  for (const { path, what } of needed) {
    try {
      await access(path);
    } catch {
      missing.push(`the kernel has no ${what}: ${path} is not there. In a container, give it more rights.`);
    }
  }
  return missing;
}

async function takenAddresses(run: Run): Promise<string[]> {
  if ((await namespaceNames()).includes(run.name)) return [];
  const { publicIpv4Cidr, vpcIpv4Cidr } = run.addresses;
  const taken: string[] = [];
  for (const cidr of [publicIpv4Cidr, vpcIpv4Cidr]) {
    const { stdout } = await execa("ip", ["-json", "-4", "route", "show", "root", cidr]);
    const routes = stdout === "" ? [] : (JSON.parse(stdout) as { type?: string; dst?: string; dev?: string }[]);
    const foreign = routes.filter(({ type, dev }) => type !== "unreachable" && dev !== run.name);
    taken.push(
      ...foreign.map(
        ({ dst, dev }) =>
          `${cidr} is in use: there is a route to ${dst ?? "?"} on ${dev ?? "?"}. Choose another run: --run N`,
      ),
    );
  }
  return taken;
}
