import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { baseImage, imageCache } from "../../local/incus/images.ts";
import { debianMirrors, mirrorSources } from "../../local/preparation/debian-mirrors.ts";
import { mirrorLane } from "./host-tools.ts";
import { localCloudImage } from "./local-cloud.ts";
import type { Phase } from "./phase.ts";

/** Packages that README asks for, and an init; none that one of these only recommends. */
const packages = ["git", "nodejs", "npm", "systemd-sysv"];

/** Builds the root file system of a bare machine unless it is in this user's cache: one test. */
export const bareMachineImage: Phase = {
  name: "image of a bare machine",
  needs: [localCloudImage.name],
  lane: mirrorLane,
  async run(report) {
    const { folder, args, sources } = await plan();
    if (!existsSync(folder)) {
      report("  building it, once on this machine");
      await build(folder, args, sources);
    }
    return { passed: 1, failed: 0 };
  },
};

/** Finds the root file system that {@link bareMachineImage} built: absolute path of a tar file. */
export async function bareRootfs(): Promise<string> {
  return join((await plan()).folder, rootfsName);
}

const rootfsName = "rootfs.tar";

interface Plan {
  /** Named by a digest of all that goes into the image. */
  readonly folder: string;
  /** Arguments of mmdebstrap. */
  readonly args: readonly string[];
  /** Content of its sources.list; undefined to leave the choice to mmdebstrap. */
  readonly sources: string | undefined;
}

async function plan(): Promise<Plan> {
  const mirrors = await debianMirrors();
  const sources = mirrors && mirrorSources(mirrors, baseImage.suite);
  const args = ["--variant=apt", `--include=${packages.join(",")}`, baseImage.suite, rootfsName];
  const digest = createHash("sha256")
    .update(JSON.stringify([args, sources]))
    .digest("hex")
    .slice(0, 16);
  return { folder: join(imageCache(), `bare-${digest}`), args, sources };
}

async function build(folder: string, args: readonly string[], sources: string | undefined): Promise<void> {
  await mkdir(join(folder, ".."), { recursive: true });
  const unfinished = await mkdtemp(`${folder}.new-`);
  try {
    const input = sources === undefined ? ({ stdin: "ignore" } as const) : { input: sources };
    const from = sources === undefined ? [] : ["-"];
    await execa("mmdebstrap", [...args, ...from], { cwd: unfinished, ...input });
    await rename(unfinished, folder);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}
