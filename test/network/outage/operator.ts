import { randomBytes } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { rebuildReport, type RebuildReport } from "../../../scripts/rebuild/report.ts";
import { repositoryRoot } from "../../runner/repository.ts";
import { testRunNumber } from "../cloud.ts";

/** Exit code of one of the operator's commands, undefined when a signal ended it, and all that it printed. */
export interface CommandResult {
  readonly exitCode: number | undefined;
  readonly output: string;
}

/** Starts `npm run NAME` on the tests' stack, as the leader of a process group of its own. */
export function startOperatorCommand(name: string, ...args: string[]) {
  const argv = [join(repositoryRoot, "scripts", `${name}.ts`), "--stack", "local", "--run", testRunNumber(), ...args];
  return execa(process.execPath, argv, {
    cwd: repositoryRoot,
    stdin: "ignore",
    all: true,
    reject: false,
    detached: true,
    cleanup: true,
    // Beyond the quarter of an hour for which a node tries to get its packages.
    timeout: 1_800_000,
  });
}

/** Runs `npm run NAME` on the tests' stack to its end, good or bad. */
export async function operatorCommand(name: string, ...args: string[]): Promise<CommandResult> {
  const { exitCode, all } = await startOperatorCommand(name, ...args);
  return { exitCode, output: all };
}

/** Runs `npm run rebuild`; throws with all that it printed unless it ended well. */
export async function rebuildNetwork(...args: string[]): Promise<RebuildReport> {
  const file = join(tmpdir(), `imera-rebuild-${randomBytes(6).toString("hex")}.json`);
  try {
    const { exitCode, output } = await operatorCommand("rebuild", "--yes", "--json", file, ...args);
    if (exitCode !== 0) throw new Error(`rebuild ended with exit code ${String(exitCode)}:\n${output}`);
    return rebuildReport.parse(JSON.parse(await readFile(file, "utf8")));
  } finally {
    await rm(file, { force: true });
  }
}

/** Makes a backup by `npm run backup -- --now`; throws with all that it printed unless it ended well. */
export async function backUpNow(): Promise<void> {
  const { exitCode, output } = await operatorCommand("backup", "--now");
  if (exitCode !== 0) throw new Error(`backup ended with exit code ${String(exitCode)}:\n${output}`);
}

/**
 * Finds the time at which the node was proved ready, by the end of its last step, in milliseconds since 1970; throws
 * when it never was.
 */
export function readyAtMs({ startedAt, operations }: RebuildReport): number {
  const ready = operations.filter(({ name, operation }) => name.endsWith("-ready") && operation !== "delete-replaced");
  const ends = ready.map(({ startSeconds, seconds }) => Date.parse(startedAt) + (startSeconds + seconds) * 1000);
  if (ends.length === 0) throw new Error(`no node became ready: ${JSON.stringify(operations)}`);
  return Math.max(...ends);
}
