import { ToolchainError } from "./part.ts";
import type { RunCommand } from "./run-command.ts";

/** Options of {@link chooseGoToolchain}. */
export interface GoSearch {
  /** Part of the toolchain that is built with it, as it is called in an error. */
  readonly part: string;
  /** Reason why the part is built here: the beginning of a sentence that goes on with "but …". */
  readonly reason: string;
  /** Absolute path of the folder of the go.mod whose `go` line asks for {@link GoSearch.minimumGo}. */
  readonly moduleFolder: string;
  /** Version without `go`, as in `1.25.11`. */
  readonly minimumGo: string;
  readonly run: RunCommand;
  readonly report: (line: string) => void;
}

// From 1.21 on, the Go client fetches a newer one of itself when a go.mod asks for it (https://go.dev/doc/toolchain).
const firstGoThatFetchesNewer = "1.21";

/**
 * Finds a Go that is new enough and returns the value of `GOTOOLCHAIN` to run it with: `local` for the one installed,
 * `auto` where the installed one, from 1.21 on, fetches a newer one through the module proxy.
 *
 * @throws ToolchainError when there is none, with what to install.
 */
export async function chooseGoToolchain(search: GoSearch): Promise<"local" | "auto"> {
  const { moduleFolder, minimumGo, run, report } = search;
  const installed = await installedGo(run);
  if (installed === undefined) throw goError(search, "Go is not installed (no `go` on the PATH).");
  if (isAtLeast(installed, minimumGo)) return "local";
  if (!canFetchNewer(installed)) throw goError(search, `the installed Go is ${installed}.`);
  report(`Go ${installed} is older than ${minimumGo}; it fetches a newer one through the module proxy…`);
  const fetched = await goVersion(run, moduleFolder, "auto");
  if (fetched !== undefined && isAtLeast(fetched, minimumGo)) return "auto";
  throw goError(search, `the installed Go is ${installed}, and fetching a newer one by GOTOOLCHAIN=auto failed.`);
}

/** Finds the version of the Go on the PATH, such as `1.25.11`; undefined where there is none. */
export function installedGo(run: RunCommand): Promise<string | undefined> {
  return goVersion(run, "/", "local");
}

/** Tells whether a Go of this version fetches a newer one of itself where a go.mod asks for one. */
export function canFetchNewer(version: string): boolean {
  return isAtLeast(version, firstGoThatFetchesNewer);
}

/** Compares dotted version numbers; a release candidate counts as its release. */
export function isAtLeast(version: string, minimum: string): boolean {
  const [have, want] = [numbersOf(version), numbersOf(minimum)];
  for (const [index, wanted] of want.entries()) {
    const had = have[index] ?? 0;
    if (had !== wanted) return had > wanted;
  }
  return true;
}

function numbersOf(version: string): number[] {
  return (/^\d+(\.\d+)*/.exec(version)?.[0] ?? "0").split(".").map(Number);
}

async function goVersion(run: RunCommand, folder: string, toolchain: string): Promise<string | undefined> {
  const { failure, stdout } = await run({
    file: "go",
    args: ["version"],
    folder,
    environment: { GOTOOLCHAIN: toolchain },
  });
  return failure === undefined ? /\bgo(\d\S*)/.exec(stdout)?.[1] : undefined;
}

function goError({ part, reason, minimumGo }: GoSearch, why: string): ToolchainError {
  return new ToolchainError(
    part,
    `${reason}, but ${why}`,
    `Install Go ${minimumGo} or newer and run it again. Debian 13: apt-get install golang; its Go is older, and fetches ` +
      "the right one by itself through the Go module proxy. Elsewhere: https://go.dev/doc/install",
  );
}
