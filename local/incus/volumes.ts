import { mkdir, open, rm, truncate } from "node:fs/promises";
import { join } from "node:path";

import { execa } from "execa";
import { z } from "zod";

import type { VolumeSpec } from "../digitalocean/hypervisor.ts";

const bytesPerGiB = 1024 ** 3;

/** Block volumes: sparse files, each behind a loop device while it is attached. */
export interface Volumes {
  create(volume: VolumeSpec): Promise<void>;
  resize(volumeId: string, sizeGiB: number): Promise<void>;
  /** Gives the volume's loop device back and deletes its data. */
  remove(volumeId: string): Promise<void>;
  /** Path of the volume's loop device, made if there is none. */
  open(volumeId: string): Promise<string>;
  /** Gives the loop device back, if there is one. */
  close(volumeId: string): Promise<void>;
}

/** Makes {@link Volumes} whose files are in `folder`. */
export function createVolumes(folder: string): Volumes {
  const file = (volumeId: string) => join(folder, `${volumeId}.img`);
  const close = async (volumeId: string) => detachLoopDevices((path) => path === file(volumeId));
  return {
    async create({ id, sizeGiB, filesystem }) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      if (!(await createSparse(file(id), sizeGiB * bytesPerGiB)) || filesystem === undefined) return;
      await format(file(id), filesystem);
    },
    async resize(volumeId, sizeGiB) {
      await truncate(file(volumeId), sizeGiB * bytesPerGiB);
      const device = await findLoopDevice(file(volumeId));
      if (device !== undefined) await execa("losetup", ["--set-capacity", device]);
    },
    async remove(volumeId) {
      await close(volumeId);
      await rm(file(volumeId), { force: true });
    },
    async open(volumeId) {
      const open = await findLoopDevice(file(volumeId));
      if (open !== undefined) return open;
      const { stdout } = await execa("losetup", ["--find", "--show", file(volumeId)]);
      return stdout;
    },
    close,
  };
}

/** Gives back every loop device whose file `isOurs`. */
export async function detachLoopDevices(isOurs: (file: string) => boolean): Promise<void> {
  for (const device of await loopDevices()) {
    if (isOurs(device.file)) await execa("losetup", ["--detach", device.name]);
  }
}

/** Lists all loop devices of this machine that have a file. */
async function loopDevices(): Promise<{ name: string; file: string }[]> {
  const { stdout } = await execa("losetup", ["--json", "--list", "--output", "NAME,BACK-FILE"]);
  if (stdout === "") return [];
  // The kernel marks a file that is deleted already.
  return losetupList
    .parse(JSON.parse(stdout))
    .loopdevices.flatMap(({ name, "back-file": file }) =>
      file === null ? [] : [{ name, file: file.replace(/ \(deleted\)$/, "") }],
    );
}

const losetupList = z.object({
  loopdevices: z.array(z.object({ name: z.string(), "back-file": z.string().nullable() })),
});

async function findLoopDevice(file: string): Promise<string | undefined> {
  return (await loopDevices()).find((device) => device.file === file)?.name;
}

/** Makes a file of this size without blocks. Resolves to false, and changes nothing, when there is a file already. */
async function createSparse(path: string, bytes: number): Promise<boolean> {
  try {
    const file = await open(path, "wx", 0o600);
    await file.truncate(bytes);
    await file.close();
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

async function format(path: string, { type, label }: NonNullable<VolumeSpec["filesystem"]>): Promise<void> {
  const labelled = label === "" ? [] : ["-L", label];
  if (type === "ext4") await execa("mkfs.ext4", ["-q", "-F", ...labelled, path]);
  else await execa("mkfs.xfs", ["-q", "-f", ...labelled, path]);
}
