import { existsSync } from "node:fs";
import { mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import type { Versions } from "../versions.ts";
import { buildGoProgram, digestOfGoProgram, type GoProgram } from "./build-go-program.ts";
import type { Folders } from "./folders.ts";
import { placeFile } from "./place-file.ts";
import type { RunCommand } from "./run-command.ts";

/** Options of {@link installBuiltCli}. */
export interface CliBuild {
  readonly folders: Folders;
  readonly versions: Versions;
  readonly run: RunCommand;
  readonly report: (line: string) => void;
}

/**
 * State of the CLI's place.
 *
 * - `foreign`: an executable that was not built here, as the official one.
 * - `current`: built here from the module files and version of this checkout.
 * - `outdated`: built here from others.
 * - `absent`: no file.
 */
export type CliState = "foreign" | "current" | "outdated" | "absent";

const markSchema = z.object({ digest: z.string(), sizeBytes: z.number() });

/** Finds the state of the CLI's place. A built CLI has a mark beside it that names its size and the digest of its sources. */
export async function inspectCli(folders: Folders, versions: Versions): Promise<CliState> {
  const executable = folders.executables.cli;
  if (!existsSync(executable)) return "absent";
  const markFile = markPath(executable);
  if (!existsSync(markFile)) return "foreign";
  const mark = markSchema.parse(JSON.parse(await readFile(markFile, "utf8")));
  if (mark.sizeBytes !== (await stat(executable)).size) return "foreign";
  return mark.digest === (await digestOfGoProgram(cliProgram(versions))) ? "current" : "outdated";
}

/**
 * Puts a CLI built from its Go module in place. It is built once a user and kept in the cache, under the digest of what it
 * is built from.
 *
 * @throws ToolchainError when Go is missing or too old, or the build fails.
 */
export async function installBuiltCli({ folders, versions, run, report }: CliBuild): Promise<void> {
  const program = cliProgram(versions);
  const digest = await digestOfGoProgram(program);
  const cached = path.join(folders.cliCache, digest, "pulumi");
  if (!existsSync(cached)) await buildGoProgram(program, cached, { run, report });
  const executable = folders.executables.cli;
  const { size: sizeBytes } = await stat(cached);
  await mkdir(path.dirname(executable), { recursive: true });
  // The mark first: an unmarked executable would pass for an official one, should this end in between.
  await rm(executable, { force: true });
  await writeFile(markPath(executable), `${JSON.stringify({ digest, sizeBytes })}\n`);
  await placeFile(cached, executable);
}

function cliProgram({ cli }: Pick<Versions, "cli">): GoProgram {
  return {
    part: "cli",
    title: `the Pulumi CLI ${cli}`,
    reason: "Pulumi's download host does not answer, so the CLI is built from its Go module",
    version: cli,
    moduleFolder: "toolchain/pulumi-cli",
    package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    tags: ["osusergo", "grpcnotrace"],
    variables: { "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version": `v${cli}` },
    roomGb: 3,
  };
}

function markPath(executable: string): string {
  return `${executable}.imera-built.json`;
}
