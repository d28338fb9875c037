import type { Versions } from "../versions.ts";
import { ToolchainError } from "./part.ts";
import type { RunCommand } from "./run-command.ts";

/** Options of {@link chooseGoToolchain}. */
export interface GoSearch {
  readonly versions: Pick<Versions, "minimumGo">;
  /** Folder of the go.mod whose `go` line asks for the minimum. */
  readonly moduleFolder: string;
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
export async function chooseGoToolchain({ versions, moduleFolder, run, report }: GoSearch): Promise<"local" | "auto"> {
  const installed = await goVersion(run, "/", "local");
  if (installed === undefined) throw goError(versions, "Go is not installed (no `go` on the PATH).");
  if (isAtLeast(installed, versions.minimumGo)) return "local";
  if (!isAtLeast(installed, firstGoThatFetchesNewer)) throw goError(versions, `the installed Go is ${installed}.`);
  report(`Go ${installed} is older than ${versions.minimumGo}; it fetches a newer one through the module proxy…`);
  const fetched = await goVersion(run, moduleFolder, "auto");
  if (fetched !== undefined && isAtLeast(fetched, versions.minimumGo)) return "auto";
  throw goError(versions, `the installed Go is ${installed}, and fetching a newer one by GOTOOLCHAIN=auto failed.`);
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

function goError({ minimumGo }: Pick<Versions, "minimumGo">, why: string): ToolchainError {
  return new ToolchainError(
    "cli",
    `Pulumi's download host does not answer, so the CLI is built from its Go module, but ${why}`,
    `Install Go ${minimumGo} or newer and run it again. Debian 13: apt-get install golang; its Go is older, and fetches ` +
      "the right one by itself through the Go module proxy. Elsewhere: https://go.dev/doc/install",
  );
}
