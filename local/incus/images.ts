import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { execa } from "execa";
import { stringify } from "yaml";

import type { Run } from "../run/run.ts";
import { debianMirrors, mirrorSources } from "../preparation/debian-mirrors.ts";
import type { Incus } from "./client.ts";
import { userFolder } from "../../host/user-folders.ts";
import { incusEnvironment } from "./exec.ts";
import { trustProgram, trustTemplates, trustUnit } from "./platform-trust.ts";

/** Slug and release of the image that droplets and service containers are made from. */
export const baseImage = { slug: "debian-13-x64", suite: "trixie" } as const;

/**
 * Builds the image that all machines of the local cloud are made from, with mmdebstrap, unless it is in this user's cache
 * (under XDG_CACHE_HOME, in a folder named by a digest of all that goes into it). Resolves to the absolute path of its root
 * file system, a tar file.
 */
export async function buildBaseImage(report: (line: string) => void): Promise<string> {
  const mirrors = await debianMirrors();
  const sources = mirrors && mirrorSources(mirrors, baseImage.suite);
  const args = mmdebstrapArguments(sources === undefined);
  const inputs = JSON.stringify([args, sources, imageFiles]);
  const digest = createHash("sha256").update(inputs).digest("hex").slice(0, 16);
  const folder = join(imageCache(), `${baseImage.slug}-${digest}`);
  if (!existsSync(folder)) {
    report("building the Debian 13 image, once on this machine (about a minute)");
    await mkdir(imageCache(), { recursive: true });
    await buildInto(folder, args, sources);
  }
  return join(folder, rootfsName);
}

/** Gives the image to the run's engine under its slug; one that is there stays. */
export async function importBaseImage(run: Run, incus: Incus, rootfs: string): Promise<void> {
  if ((await incus.get(`/images/aliases/${baseImage.slug}`)) !== undefined) return;
  const folder = await mkdtemp(join(tmpdir(), "imera-image-"));
  try {
    const metadata = await packMetadata(folder);
    await execa("incus", ["image", "import", metadata, rootfs, "--alias", baseImage.slug], {
      env: incusEnvironment(run),
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

const rootfsName = "rootfs.tar";

/** Configuration of cloud-init as in DigitalOcean's own images: root logs in with the given keys, there is no other user. */
const platformConfig = `#cloud-config
datasource_list: [NoCloud, None]
disable_root: false
manage_etc_hosts: true
system_info: {default_user: {name: root, lock_passwd: true}}
`;

const imageFiles: readonly { readonly path: string; readonly mode: number; readonly content: string }[] = [
  { path: "/etc/cloud/cloud.cfg.d/90-platform.cfg", mode: 0o644, content: platformConfig },
  { path: `/etc/systemd/system/${trustUnit.name}`, mode: 0o644, content: trustUnit.content },
  { path: trustProgram.path, mode: 0o755, content: trustProgram.content },
];

/** Relative paths are in the folder that mmdebstrap is started in: `files` holds {@link imageFiles}. */
function mmdebstrapArguments(ownMirror: boolean): string[] {
  const hooks = [
    "sync-in files /",
    `systemctl --root="$1" enable systemd-networkd ${trustUnit.name}`,
    // Host keys and the machine's id are a machine's own.
    `rm -f "$1"/etc/ssh/ssh_host_*; : > "$1"/etc/machine-id`,
    // mmdebstrap's own choice of mirror leaves the backports out.
    ...(ownMirror ? [`cd "$1"/etc/apt && sed -n '${backportsFromMain}' sources.list >> sources.list`] : []),
  ];
  return ["--variant=apt", `--include=${packages.join(",")}`, ...hooks.map((hook) => `--customize-hook=${hook}`)];
}

const backportsFromMain = `s/ ${baseImage.suite} / ${baseImage.suite}-backports /p`;

async function buildInto(folder: string, args: readonly string[], sources: string | undefined): Promise<void> {
  const unfinished = await mkdtemp(`${folder}.new-`);
  try {
    await writeImageFiles(join(unfinished, "files"));
    const target = [...args, baseImage.suite, rootfsName, ...(sources === undefined ? [] : ["-"])];
    const { stderr, exitCode } = await execa("mmdebstrap", target, {
      cwd: unfinished,
      reject: false,
      ...(sources === undefined ? { stdin: "ignore" } : { input: sources }),
    });
    if (exitCode !== 0) {
      const last = stderr.trimEnd().split("\n").slice(-8).join("\n");
      throw new Error(
        `mmdebstrap could not build the image. Its last lines:\n${last}\nIs the package mirror reachable?`,
      );
    }
    await rename(unfinished, folder);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

async function writeImageFiles(folder: string): Promise<void> {
  for (const { path, mode, content } of imageFiles) {
    const target = join(folder, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, content, { mode });
  }
}

const seedFolder = "/var/lib/cloud/seed/nocloud";

/** Files that are written when an instance is created, each from a configuration key of it: cloud-init's seed, and trust. */
const templateKeys: Readonly<Record<string, string>> = {
  [`${seedFolder}/user-data`]: "cloud-init.user-data",
  [`${seedFolder}/vendor-data`]: "cloud-init.vendor-data",
  [`${seedFolder}/network-config`]: "cloud-init.network-config",
  [`${seedFolder}/meta-data`]: "user.meta-data",
  ...trustTemplates,
};

async function packMetadata(folder: string): Promise<string> {
  await mkdir(join(folder, "templates"));
  const templates: Record<string, { when: string[]; template: string }> = {};
  for (const [path, key] of Object.entries(templateKeys)) {
    templates[path] = { when: ["create"], template: `${key}.tpl` };
    await writeFile(join(folder, "templates", `${key}.tpl`), `{{ config_get("${key}", "") }}`);
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

/** Folder of this user's images, each in a folder of its own. */
export function imageCache(): string {
  return join(userFolder("cache"), "images");
}
