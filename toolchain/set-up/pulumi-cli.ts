import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import type { Versions } from "../versions.ts";
import { placeFile } from "./place-file.ts";
import { repository, type Folders } from "./folders.ts";
import { chooseGoToolchain } from "./go.ts";
import { ToolchainError } from "./part.ts";
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

const moduleFolder = path.join(repository, "toolchain/pulumi-cli");
const markSchema = z.object({ digest: z.string(), sizeBytes: z.number() });

/** Finds the state of the CLI's place. A built CLI has a mark beside it that names its size and the digest of its sources. */
export async function inspectCli(folders: Folders, versions: Versions): Promise<CliState> {
  const executable = folders.executables.cli;
  if (!existsSync(executable)) return "absent";
  const markFile = markPath(executable);
  if (!existsSync(markFile)) return "foreign";
  const mark = markSchema.parse(JSON.parse(await readFile(markFile, "utf8")));
  if (mark.sizeBytes !== (await stat(executable)).size) return "foreign";
  return mark.digest === (await buildDigest(versions)) ? "current" : "outdated";
}

/**
 * Puts a CLI built from its Go module in place. It is built once a user and kept in the cache, under the digest of what it
 * is built from.
 *
 * @throws ToolchainError when Go is missing or too old, or the build fails.
 */
export async function installBuiltCli(build: CliBuild): Promise<void> {
  const digest = await buildDigest(build.versions);
  const cached = path.join(build.folders.cliCache, digest, "pulumi");
  if (!existsSync(cached)) await compile(build, cached);
  const executable = build.folders.executables.cli;
  const { size: sizeBytes } = await stat(cached);
  await mkdir(path.dirname(executable), { recursive: true });
  // The mark first: an unmarked executable would pass for an official one, should this end in between.
  await rm(executable, { force: true });
  await writeFile(markPath(executable), `${JSON.stringify({ digest, sizeBytes })}\n`);
  await placeFile(cached, executable);
}

async function compile({ versions, run, report }: CliBuild, target: string): Promise<void> {
  const toolchain = await chooseGoToolchain({ versions, moduleFolder, run, report });
  report(`Building the Pulumi CLI ${versions.cli} from its Go module; the first time takes some minutes…`);
  await mkdir(path.dirname(target), { recursive: true });
  const fresh = `${target}.${process.pid}.new`;
  const progress = packageCounter(report);
  const { failure, stderr } = await run({
    file: "go",
    args: goBuildArguments(versions, fresh),
    folder: moduleFolder,
    environment: { CGO_ENABLED: "0", GOTOOLCHAIN: toolchain },
    onLine: progress.count,
  });
  progress.stop();
  if (failure !== undefined) {
    await rm(fresh, { force: true });
    throw new ToolchainError("cli", `${failure}\n${lastLines(stderr)}`, adviceFor(stderr));
  }
  await rename(fresh, target);
}

function goBuildArguments(versions: Versions, output: string): string[] {
  const setVersion = `-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${versions.cli}`;
  return [
    "build",
    "-v",
    "-trimpath",
    "-buildvcs=false",
    ...["-tags", "osusergo,grpcnotrace"],
    ...["-ldflags", `-w -s ${setVersion}`],
    ...["-o", output],
    "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
  ];
}

/** `go build -v` names each package that it compiles: said on every line it would be noise, never said it looks stuck. */
function packageCounter(report: (line: string) => void): { count: () => void; stop: () => void } {
  const started = performance.now();
  let packages = 0;
  const timer = setInterval(() => {
    const seconds = Math.round((performance.now() - started) / 1000);
    report(`  still building: ${packages} packages after ${seconds} s`);
  }, 20_000);
  return { count: () => (packages += 1), stop: () => clearInterval(timer) };
}

function adviceFor(stderr: string): string {
  if (/no space left on device/i.test(stderr)) {
    return "Free about 3 GB (Go's build cache and the CLI; `go clean -cache` empties the cache), then run it again.";
  }
  if (/dial tcp|i\/o timeout|connection refused|proxyconnect|403 Forbidden/i.test(stderr)) {
    return "The Go module proxy must be reachable (see `go env GOPROXY`). Then run it again: what is fetched stays.";
  }
  return "Run it again: what is compiled stays. For Go's own words run `go build` in toolchain/pulumi-cli.";
}

async function buildDigest(versions: Versions): Promise<string> {
  const hash = createHash("sha256").update(`${process.platform} ${process.arch} ${versions.cli}\n`);
  for (const name of ["go.mod", "go.sum"]) hash.update(await readFile(path.join(moduleFolder, name)));
  return hash.digest("hex").slice(0, 16);
}

function markPath(executable: string): string {
  return `${executable}.imera-built.json`;
}

function lastLines(text: string): string {
  return text.split("\n").slice(-15).join("\n");
}
