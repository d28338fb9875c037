import { createHash } from "node:crypto";
import { mkdir, readFile, rename, rm } from "node:fs/promises";
import path from "node:path";
import { repository } from "./folders.ts";
import { chooseGoToolchain } from "./go.ts";
import { ToolchainError } from "./part.ts";
import type { RunCommand } from "./run-command.ts";

/** Program that is compiled here from a published Go module, which go.mod and go.sum of a folder pin. */
export interface GoProgram {
  /** Part of the toolchain as it is called in an error, such as `cli`. */
  readonly part: string;
  /** Title in a sentence, such as `the Pulumi CLI 3.259.0`. */
  readonly title: string;
  /** Reason why the program is built here: the beginning of a sentence that goes on with "but …". */
  readonly reason: string;
  /** Version without a leading `v`. */
  readonly version: string;
  /** Folder of go.mod and go.sum, relative to the repository. */
  readonly moduleFolder: string;
  /** Import path of the program's main package. */
  readonly package: string;
  /** Build tags. */
  readonly tags: readonly string[];
  /** Values of string variables that the linker sets, by the variable's full name. */
  readonly variables: Readonly<Record<string, string>>;
  /** Free disk space that the build takes, in GB. */
  readonly roomGb: number;
}

/** Tools of {@link buildGoProgram}. */
export interface GoBuild {
  readonly run: RunCommand;
  /** Told what goes on, line by line. */
  readonly report: (line: string) => void;
}

/** Makes a digest of all that decides about a program's executable: 16 hexadecimal digits. */
export async function digestOfGoProgram({ version, moduleFolder }: GoProgram): Promise<string> {
  const hash = createHash("sha256").update(`${process.platform} ${process.arch} ${version}\n`);
  for (const name of ["go.mod", "go.sum"]) hash.update(await readFile(path.join(repository, moduleFolder, name)));
  return hash.digest("hex").slice(0, 16);
}

/**
 * Compiles a program to the absolute path `target`, whole or not at all. The executable needs no library of the system.
 *
 * @throws ToolchainError when Go is missing or too old, or the build fails.
 */
export async function buildGoProgram(program: GoProgram, target: string, { run, report }: GoBuild): Promise<void> {
  const moduleFolder = path.join(repository, program.moduleFolder);
  const minimumGo = await goLine(moduleFolder);
  const toolchain = await chooseGoToolchain({ ...program, moduleFolder, minimumGo, run, report });
  report(`Building ${program.title} from its Go module; the first time takes some minutes…`);
  await mkdir(path.dirname(target), { recursive: true });
  const fresh = `${target}.${process.pid}.new`;
  const go = { file: "go", folder: moduleFolder, environment: { CGO_ENABLED: "0", GOTOOLCHAIN: toolchain } };
  const fetching = counter((modules) => `fetching: ${modules} modules`, report);
  const packages = await run({ ...go, args: ["list", "-deps", ...tagged(program)], onLine: fetching.count });
  fetching.stop();
  const total = packages.stdout.split("\n").length;
  const compiling = counter((compiled) => `building: ${compiled} of ${total} packages`, report);
  const { failure, stderr } =
    packages.failure === undefined
      ? await run({ ...go, args: buildArguments(program, fresh), onLine: compiling.count })
      : packages;
  compiling.stop();
  if (failure !== undefined) {
    await rm(fresh, { force: true });
    throw new ToolchainError(program.part, `${failure}\n${lastLines(stderr)}`, adviceFor(program, stderr));
  }
  await rename(fresh, target);
}

/** Reads which Go a module asks for. */
async function goLine(moduleFolder: string): Promise<string> {
  const file = path.join(moduleFolder, "go.mod");
  const version = /^go (.+)$/m.exec(await readFile(file, "utf8"))?.[1];
  if (version === undefined) throw new Error(`${file} has no go line`);
  return version;
}

/** The program's package, with its build tags before it. */
function tagged({ package: mainPackage, tags }: GoProgram): string[] {
  return [...(tags.length === 0 ? [] : ["-tags", tags.join(",")]), mainPackage];
}

function buildArguments(program: GoProgram, output: string): string[] {
  const settings = Object.entries(program.variables).map(([name, value]) => `-X ${name}=${value}`);
  return [
    "build",
    "-v",
    "-trimpath",
    "-buildvcs=false",
    ...["-ldflags", ["-w -s", ...settings].join(" ")],
    ...["-o", output],
    ...tagged(program),
  ];
}

/**
 * Counts the lines in which Go names each module that it fetches, or each package that it compiles (`-v`): said on every line it
 * would be noise, never said it looks stuck.
 */
function counter(
  words: (count: number) => string,
  report: (line: string) => void,
): { count: () => void; stop: () => void } {
  const started = performance.now();
  let lines = 0;
  const timer = setInterval(() => {
    const seconds = Math.round((performance.now() - started) / 1000);
    report(`  still ${words(lines)} after ${seconds} s`);
  }, 20_000);
  return { count: () => (lines += 1), stop: () => clearInterval(timer) };
}

function adviceFor({ moduleFolder, title, roomGb }: GoProgram, stderr: string): string {
  if (/no space left on device/i.test(stderr)) {
    return `Free about ${roomGb} GB (Go's build cache and ${title}; \`go clean -cache\` empties the cache), then run it again.`;
  }
  if (/dial tcp|i\/o timeout|connection refused|proxyconnect|403 Forbidden/i.test(stderr)) {
    return "The Go module proxy must be reachable (see `go env GOPROXY`). Then run it again: what is fetched stays.";
  }
  return `Run it again: what is compiled stays. For Go's own words run \`go build\` in ${moduleFolder}.`;
}

function lastLines(text: string): string {
  return text.split("\n").slice(-15).join("\n");
}
