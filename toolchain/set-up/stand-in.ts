import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, open, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import type { MakeBundle } from "./bundle.ts";
import { repository, type Folders } from "./folders.ts";
import { ToolchainError, type PartName } from "./part.ts";

/** A stand-in to install: which part it replaces, its version and its entry file, relative to the repository. */
export interface StandIn {
  readonly part: PartName;
  readonly version: string;
  readonly entry: string;
}

// Counts the ways in which bundles are made: a new way makes installed ones out of date.
const bundleFormat = 3;

const markSchema = z.object({ part: z.string(), version: z.string(), digest: z.string(), inputs: z.array(z.string()) });

/**
 * State of a stand-in's place.
 *
 * - `foreign`: an executable that is not ours, as the official one.
 * - `current`: a stand-in made of the sources of this checkout.
 * - `outdated`: a stand-in made of others.
 * - `absent`: no file.
 */
export type StandInState = "foreign" | "current" | "outdated" | "absent";

/**
 * Finds the state of a stand-in's place. A stand-in of ours has a mark in the second line of its launcher; a file beside it
 * lists the sources that it was bundled from, so that a change of any source shows without bundling again.
 */
export async function inspectStandIn(executable: string): Promise<StandInState> {
  if (!existsSync(executable)) return "absent";
  const digest = await markedDigest(executable);
  if (digest === undefined) return "foreign";
  const mark = await readMark(executable);
  return mark?.digest === digest && (await digestOf(mark.inputs)) === digest ? "current" : "outdated";
}

/**
 * Bundles a stand-in into one file and puts a launcher at the executable's place, which starts it with the toolchain's own
 * Node. Each file is replaced by a rename, the launcher last, so that an engine that starts it meanwhile finds either the
 * old or the new one, whole.
 *
 * @throws ToolchainError when the sources cannot be bundled.
 */
export async function installStandIn(standIn: StandIn, folders: Folders, bundle: MakeBundle): Promise<void> {
  const executable = folders.executables[standIn.part];
  const { text, inputs } = await bundle(standIn.part, standIn.entry);
  const digest = await digestOf(inputs);
  if (digest === undefined) throw new ToolchainError(standIn.part, "its sources changed meanwhile.", "Run it again.");
  const bundlePath = `${executable}-${digest}.mjs`;
  await mkdir(path.dirname(executable), { recursive: true });
  await replaceFile(bundlePath, text, 0o644);
  const mark = { part: standIn.part, version: standIn.version, digest, inputs };
  await replaceFile(markPath(executable), `${JSON.stringify(mark, undefined, 2)}\n`, 0o644);
  await replaceFile(executable, launcher(standIn, digest, bundlePath, folders), 0o755);
  await removeOtherBundles(executable, bundlePath);
}

/** Digest of the files and of what else decides about a bundle; undefined when a file is gone. */
async function digestOf(inputs: readonly string[]): Promise<string | undefined> {
  const hash = createHash("sha256").update(`bundle format ${bundleFormat}\n`);
  for (const input of [...inputs, "package-lock.json"]) {
    const file = path.join(repository, input);
    if (!existsSync(file)) return undefined;
    const content = await readFile(file);
    hash.update(`${input} ${content.length}\n`).update(content);
  }
  return hash.digest("hex").slice(0, 16);
}

function launcher({ part, version }: StandIn, digest: string, bundlePath: string, folders: Folders): string {
  return [
    "#!/bin/sh",
    markLine(digest),
    `# It stands in for Pulumi's ${part} ${version}, for the local cloud and for tests only.`,
    // What it starts inherits the cache: the program that a language host runs loads faster with it, too.
    `[ -n "\${NODE_COMPILE_CACHE-}" ] || export NODE_COMPILE_CACHE=${quoted(folders.compileCache)}`,
    `exec ${quoted(folders.executables.node)} ${quoted(bundlePath)} "$@"`,
    "",
  ].join("\n");
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

function markLine(digest: string): string {
  return `# IMera stand-in ${digest}`;
}

async function markedDigest(executable: string): Promise<string | undefined> {
  const file = await open(executable);
  try {
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(100) });
    return /^#!\/bin\/sh\n# IMera stand-in ([0-9a-f]{16})\n/.exec(buffer.toString("latin1", 0, bytesRead))?.[1];
  } finally {
    await file.close();
  }
}

function markPath(executable: string): string {
  return `${executable}.imera-stand-in.json`;
}

async function readMark(executable: string): Promise<z.infer<typeof markSchema> | undefined> {
  const file = markPath(executable);
  return existsSync(file) ? markSchema.parse(JSON.parse(await readFile(file, "utf8"))) : undefined;
}

async function replaceFile(file: string, content: string, mode: number): Promise<void> {
  const fresh = `${file}.${process.pid}.new`;
  await writeFile(fresh, content, { mode });
  await rename(fresh, file);
}

async function removeOtherBundles(executable: string, kept: string): Promise<void> {
  const folder = path.dirname(executable);
  const bundles = new RegExp(`^${path.basename(executable)}-[0-9a-f]{16}\\.mjs$`);
  for (const name of await readdir(folder)) {
    const file = path.join(folder, name);
    if (bundles.test(name) && file !== kept) await rm(file);
  }
}
