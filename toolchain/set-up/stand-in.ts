import { existsSync } from "node:fs";
import { mkdir, open, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import process from "node:process";
import type { MakeBundle } from "./bundle.ts";
import type { Folders } from "./folders.ts";
import { ToolchainError, type PartName } from "./part.ts";
import { substituteSources } from "./substitute-sources.ts";

/** A stand-in to install: which part it replaces, its version and its entry file, relative to the repository. */
export interface StandIn {
  readonly part: PartName;
  readonly version: string;
  readonly entry: string;
}

/**
 * State of a part's place.
 *
 * - `foreign`: an executable that is not ours, as the official one.
 * - `ours`: one that was made here.
 * - `absent`: no file.
 */
export type PlaceState = "foreign" | "ours" | "absent";

const mark = "#!/bin/sh\n# IMera stand-in";

/** Finds the state of a stand-in's place. A stand-in of ours has a mark in the second line of its launcher. */
export async function inspectStandIn(executable: string): Promise<PlaceState> {
  if (!existsSync(executable)) return "absent";
  const file = await open(executable);
  try {
    const { buffer } = await file.read({ buffer: Buffer.alloc(mark.length) });
    return buffer.toString("latin1") === mark ? "ours" : "foreign";
  } finally {
    await file.close();
  }
}

/**
 * Bundles a stand-in into one file and puts a launcher at the executable's place, which starts it with the toolchain's own
 * Node. The launcher comes last, so that it never starts half a bundle.
 *
 * @throws ToolchainError when the sources cannot be bundled.
 */
export async function installStandIn(standIn: StandIn, folders: Folders, bundle: MakeBundle): Promise<void> {
  const executable = folders.executables[standIn.part];
  const bundlePath = `${executable}.mjs`;
  const { text, inputs } = await bundle(standIn.part, standIn.entry);
  await refuseOtherSources(standIn.part, inputs);
  await mkdir(path.dirname(executable), { recursive: true });
  await replaceFile(bundlePath, text, 0o644);
  await replaceFile(executable, launcher(standIn, bundlePath, folders), 0o755);
}

/** Refuses a stand-in with a source that its folder's digest does not know: a change of that one would go unseen. */
async function refuseOtherSources(part: PartName, inputs: readonly string[]): Promise<void> {
  const known = new Set(await substituteSources());
  const others = inputs.filter((input) => !known.has(input));
  if (others.length === 0) return;
  const next = "Name them in toolchain/set-up/substitute-sources.ts.";
  throw new ToolchainError(part, `it is made of sources that no digest is made of: ${others.join(", ")}.`, next);
}

function launcher({ part, version }: StandIn, bundlePath: string, folders: Folders): string {
  return [
    mark,
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

async function replaceFile(file: string, content: string, mode: number): Promise<void> {
  const fresh = `${file}.${process.pid}.new`;
  await writeFile(fresh, content, { mode });
  await rename(fresh, file);
}
