import { existsSync } from "node:fs";
import { mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import type { Versions } from "../versions.ts";
import { buildGoProgram, digestOfGoProgram, type GoProgram } from "./build-go-program.ts";
import type { Folders } from "./folders.ts";
import { placeFile } from "./place-file.ts";
import type { RunCommand } from "./run-command.ts";
import type { PlaceState } from "./stand-in.ts";

/** Options of {@link installBuiltCli}. */
export interface CliBuild {
  readonly folders: Folders;
  readonly versions: Versions;
  readonly run: RunCommand;
  readonly report: (line: string) => void;
  /** Puts a Go in place before the build. */
  readonly provideGo: (report: (line: string) => void) => Promise<void>;
}

const markSchema = z.object({ sizeBytes: z.number() });

/** Finds the state of the CLI's place. A CLI that was built here has a mark beside it that names its size. */
export async function inspectCli(executable: string): Promise<PlaceState> {
  if (!existsSync(executable)) return "absent";
  const markFile = markPath(executable);
  if (!existsSync(markFile)) return "foreign";
  const { sizeBytes } = markSchema.parse(JSON.parse(await readFile(markFile, "utf8")));
  return sizeBytes === (await stat(executable)).size ? "ours" : "foreign";
}

/**
 * Puts a CLI built from its Go module in place. It is built once a user and kept in the cache, under the digest of what it
 * is built from.
 *
 * @throws ToolchainError when Go is missing or too old, or the build fails.
 */
export async function installBuiltCli({ folders, versions, run, report, provideGo }: CliBuild): Promise<void> {
  const program = cliProgram(versions);
  const cached = path.join(folders.cliCache, await digestOfGoProgram(program), "pulumi");
  if (!existsSync(cached)) {
    await provideGo(report);
    await buildGoProgram(program, cached, { run, report });
  }
  const executable = folders.executables.cli;
  const { size: sizeBytes } = await stat(cached);
  await mkdir(path.dirname(executable), { recursive: true });
  // The mark first: an unmarked executable would pass for an official one, should this end in between.
  await rm(executable, { force: true });
  await writeFile(markPath(executable), `${JSON.stringify({ sizeBytes })}\n`);
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
