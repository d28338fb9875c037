import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { execa } from "execa";
import { stringify } from "yaml";

import type { Run } from "../run.ts";
import { debianMirrors, mirrorSources } from "../debian-mirrors.ts";
import type { Incus } from "./client.ts";

/** Slug and release of the image that droplets and service containers are made from. */
export const baseImage = { slug: "debian-13-x64", suite: "trixie" } as const;

/**
 * The root file system as a tar file, built with mmdebstrap unless it is in this user's cache (under XDG_CACHE_HOME, named by
 * a digest of all that goes into it).
 */
export async function buildBaseImage(report: (line: string) => void): Promise<string> {
  const mirrors = await debianMirrors();
  const sources = mirrors && mirrorSources(mirrors, baseImage.suite);
  const args = mmdebstrapArguments(sources === undefined);
  const digest = createHash("sha256")
    .update(JSON.stringify([args, sources, platformConfig]))
    .digest("hex")
    .slice(0, 16);
  const path = join(cacheFolder(), `${baseImage.slug}-${digest}.tar`);
  if (existsSync(path)) return path;
  report("building the Debian 13 image, once on this machine (about a minute)");
  await mkdir(dirname(path), { recursive: true });
  await buildInto(path, args, sources);
  return path;
}

/** Gives the image to the run's engine under its slug; one that is there stays. */
export async function importBaseImage(run: Run, incus: Incus, rootfs: string): Promise<void> {
  if ((await incus.get(`/images/aliases/${baseImage.slug}`)) !== undefined) return;
  const folder = await mkdtemp(join(tmpdir(), "imera-image-"));
  try {
    const metadata = await packMetadata(folder);
    await execa("incus", ["image", "import", metadata, rootfs, "--alias", baseImage.slug], {
      env: { INCUS_DIR: run.files.incus, INCUS_CONF: join(folder, "client") },
    });
  } finally {
    await rm(folder, { recursive: true });
  }
}

const packages = [
  ...["systemd", "systemd-sysv", "systemd-resolved", "systemd-timesyncd", "libpam-systemd", "dbus", "udev"],
  ...["cloud-init", "openssh-server", "sudo", "cron", "iproute2", "iputils-ping", "netbase", "nftables", "procps"],
  ...["e2fsprogs", "xfsprogs", "ca-certificates", "curl"],
];

/** How cloud-init is set up in DigitalOcean's own images: root logs in with the given keys, there is no other user. */
const platformConfig = `#cloud-config
datasource_list: [NoCloud, None]
disable_root: false
manage_etc_hosts: true
system_info: {default_user: {name: root, lock_passwd: true}}
`;

function mmdebstrapArguments(ownMirror: boolean): string[] {
  const hooks = [
    `systemctl --root="$1" enable systemd-networkd`,
    // Host keys and the machine's id are a machine's own.
    `rm -f "$1"/etc/ssh/ssh_host_*`,
    `: > "$1"/etc/machine-id`,
    `printf %s '${platformConfig}' > "$1"/etc/cloud/cloud.cfg.d/90-platform.cfg`,
    // mmdebstrap's own choice of mirror leaves the backports out.
    ...(ownMirror
      ? [
          `cd "$1"/etc/apt && sed -n 's/ ${baseImage.suite} / ${baseImage.suite}-backports /p' sources.list >> sources.list`,
        ]
      : []),
  ];
  return ["--variant=apt", `--include=${packages.join(",")}`, ...hooks.map((hook) => `--customize-hook=${hook}`)];
}

async function buildInto(path: string, args: readonly string[], sources: string | undefined): Promise<void> {
  const unfinished = `${path}.new-${process.pid}.tar`;
  try {
    const target = [...args, baseImage.suite, unfinished, ...(sources === undefined ? [] : ["-"])];
    const { stderr, exitCode } = await execa("mmdebstrap", target, {
      reject: false,
      ...(sources === undefined ? { stdin: "ignore" } : { input: sources }),
    });
    if (exitCode !== 0) {
      const last = stderr.trimEnd().split("\n").slice(-8).join("\n");
      throw new Error(
        `mmdebstrap could not build the image. Its last lines:\n${last}\nIs the package mirror reachable?`,
      );
    }
    await rename(unfinished, path);
  } finally {
    await rm(unfinished, { force: true });
  }
}

/** Files of cloud-init's NoCloud seed, each written from a configuration key of the instance when it is created. */
const seed = {
  "user-data": "cloud-init.user-data",
  "vendor-data": "cloud-init.vendor-data",
  "network-config": "cloud-init.network-config",
  "meta-data": "user.meta-data",
};

async function packMetadata(folder: string): Promise<string> {
  await mkdir(join(folder, "templates"));
  const templates: Record<string, { when: string[]; template: string }> = {};
  for (const [name, key] of Object.entries(seed)) {
    templates[`/var/lib/cloud/seed/nocloud/${name}`] = { when: ["create"], template: `${name}.tpl` };
    await writeFile(join(folder, "templates", `${name}.tpl`), `{{ config_get("${key}", "") }}`);
  }
  const { stdout: machine } = await execa("uname", ["-m"]);
  const metadata = {
    architecture: machine,
    // Incus wants one; a fixed one keeps the image the same.
    creation_date: 1,
    properties: { description: baseImage.slug },
    templates,
  };
  await writeFile(join(folder, "metadata.yaml"), stringify(metadata));
  const packed = join(folder, "metadata.tar");
  await execa("tar", ["-C", folder, "-cf", packed, "metadata.yaml", "templates"]);
  return packed;
}

function cacheFolder(): string {
  return join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "imera", "images");
}
