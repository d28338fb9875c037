import { writeFile } from "node:fs/promises";

import { execa } from "execa";

import { canFetchNewer, installedGo } from "../../toolchain/set-up/go.ts";
import { runCommand } from "../../toolchain/set-up/run-command.ts";
import { debianMirrors, operatingSystem } from "./debian-mirrors.ts";

/** A program that the local cloud runs on this machine, and Debian's package of it. */
const needed: readonly { readonly program: string; readonly package: string }[] = [
  { program: "incus", package: "incus-client" },
  { program: "mmdebstrap", package: "mmdebstrap" },
  { program: "nft", package: "nftables" },
  { program: "ip", package: "iproute2" },
  { program: "ping", package: "iputils-ping" },
  { program: "openssl", package: "openssl" },
  { program: "losetup", package: "mount" },
  { program: "sysctl", package: "procps" },
  { program: "mkfs.ext4", package: "e2fsprogs" },
  { program: "mkfs.xfs", package: "xfsprogs" },
  { program: "mkfs.btrfs", package: "btrfs-progs" },
];

const packages = ["incus-base", ...needed.map((need) => need.package)];

/** Debian 12 has Incus, and a Go that is new enough, in its backports only. */
const backportsSource = "/etc/apt/sources.list.d/imera-backports.sources";

/**
 * Installs what this machine lacks, with apt-get. Throws with what to do when the system has no apt or no such packages.
 */
export async function ensureHostPackages(report: (line: string) => void): Promise<void> {
  const { id } = await knownSystem();
  const wanted = id === "ubuntu" ? [...packages, "debian-archive-keyring"] : packages;
  const missing = await missingPackages(wanted);
  await installLacking(missing, report);
}

/** Installs Go, with apt-get, where there is none that builds Go modules of today: one from 1.21 on fetches a newer one of itself. */
export async function ensureGo(report: (line: string) => void): Promise<void> {
  const installed = await installedGo(runCommand);
  if (installed !== undefined && canFetchNewer(installed)) return;
  await knownSystem();
  await installLacking(["golang-go", "golang-src"], report);
}

async function installLacking(missing: readonly string[], report: (line: string) => void): Promise<void> {
  if (missing.length === 0) return;
  const { codename } = await operatingSystem();
  report(`installing ${missing.join(", ")}`);
  if (codename === "bookworm") await addBackports();
  const targets = missing.map((name) =>
    /^(incus|golang)/.test(name) && codename === "bookworm" ? `${name}/bookworm-backports` : name,
  );
  await aptInstall(targets);
}

/** Tells which system this is; throws where the local cloud cannot install what it needs. */
async function knownSystem(): Promise<{ readonly id: "debian" | "ubuntu" }> {
  const { id, prettyName } = await operatingSystem();
  if (id === "debian" || id === "ubuntu") return { id };
  throw new Error(
    `The local cloud installs what it needs on Debian 12, Debian 13 and Ubuntu 24.04; this is ${prettyName}. ` +
      `On another system, run it in a virtual machine with one of these.`,
  );
}

/** Installs Debian packages without what they recommend. Throws with apt-get's last lines when it fails. */
export async function aptInstall(targets: readonly string[]): Promise<void> {
  await aptGet(["update", "-q"]);
  await aptGet(["install", "-y", "-q", "--no-install-recommends", ...targets]);
}

async function missingPackages(wanted: readonly string[]): Promise<string[]> {
  const { stdout } = await execa("dpkg-query", ["-W", "-f", "${Package} ${db:Status-Status}\n", ...wanted], {
    // It fails when one of them is unknown, and still lists the others.
    reject: false,
  });
  const installed = new Set(
    stdout
      .split("\n")
      .filter((line) => line.endsWith(" installed"))
      .map((line) => line.split(" ")[0]),
  );
  return wanted.filter((name) => !installed.has(name));
}

async function addBackports(): Promise<void> {
  const mirrors = await debianMirrors();
  if (mirrors === undefined) {
    throw new Error("No Debian mirror is configured in /etc/apt. Add this machine's own, then run it again.");
  }
  const source = [
    "Types: deb",
    `URIs: ${mirrors.archive}`,
    "Suites: bookworm-backports",
    "Components: main",
    "Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg",
  ];
  await writeFile(backportsSource, `${source.join("\n")}\n`);
}

async function aptGet(args: readonly string[]): Promise<void> {
  const { exitCode, all } = await execa("apt-get", ["-o", "DPkg::Lock::Timeout=120", ...args], {
    all: true,
    reject: false,
    stdin: "ignore",
    env: { DEBIAN_FRONTEND: "noninteractive" },
  });
  if (exitCode === 0) return;
  const last = all.trimEnd().split("\n").slice(-8).join("\n");
  throw new Error(`apt-get ${args[0] ?? ""} failed on this machine. Its last lines:\n${last}`);
}
