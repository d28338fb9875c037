import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { localCommandLine } from "../../host/terminal/advice.ts";
import { readIfThere } from "../../host/read-if-there.ts";
import { projectFolder } from "../../toolchain/engine/stack-folder.ts";
import type { Run } from "../run/run.ts";

/** Notes which clone of the repository made the run: runs belong to the machine, and any clone can work on any. */
export async function noteMaker(run: Run): Promise<void> {
  if (!existsSync(makerFile(run))) await writeFile(makerFile(run), projectFolder, { mode: 0o600 });
}

/** Throws, with what to do, where somebody at a terminal would remove a run that another clone of the repository made. */
export async function refuseAnothersCloud(run: Run, isTerminal = process.stdin.isTTY): Promise<void> {
  const maker = await readIfThere(makerFile(run));
  if (maker === undefined || maker === projectFolder || !isTerminal) return;
  throw new Error(
    `Local cloud ${run.number} was made from ${maker}, which is another clone than this one. Nothing was removed. ` +
      `To remove it all the same: ${localCommandLine(run.number, "down", "--yes")}`,
  );
}

/** Says what goes with the run. */
export function describeRemoval({ number, folder }: Run): string {
  return `Removing local cloud ${number}: its machines, the network with all accounts, messages and backups, and ${folder}.`;
}

function makerFile({ folder }: Run): string {
  return join(folder, "made-from");
}
