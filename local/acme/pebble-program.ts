import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { userFolder } from "../../host/user-folders.ts";
import { buildGoProgram, digestOfGoProgram, type GoProgram } from "../../toolchain/set-up/build-go-program.ts";
import { repository } from "../../toolchain/set-up/folders.ts";
import { runCommand } from "../../toolchain/set-up/run-command.ts";
import { ensureGo } from "../preparation/host-packages.ts";

const moduleFolder = "local/acme/pebble";

/**
 * Finds Pebble's executable in this user's cache, or builds it there from its Go module, which installs Go where there is
 * none. Resolves to an absolute path. The executable needs no library of the system.
 *
 * @throws ToolchainError when the build fails, with what to do.
 */
export async function pebbleExecutable(report: (line: string) => void): Promise<string> {
  const program = pebbleProgram(await pinnedVersion());
  const executable = join(userFolder("cache"), "pebble", await digestOfGoProgram(program), "pebble");
  if (!existsSync(executable)) {
    await ensureGo(report);
    await buildGoProgram(program, executable, { run: runCommand, report });
  }
  return executable;
}

/**
 * Describes the build. Debian's packages of Pebble are older: their certificates are for clients too, which no public
 * authority issues any more.
 */
function pebbleProgram(version: string): GoProgram {
  return {
    part: "the ACME server",
    title: `Pebble ${version}`,
    reason: "Pebble, Let's Encrypt's test server, is built from its Go module",
    version,
    moduleFolder,
    package: "github.com/letsencrypt/pebble/v2/cmd/pebble",
    tags: [],
    variables: {},
    roomGb: 1,
  };
}

/** Reads which version of Pebble go.mod asks for. */
async function pinnedVersion(): Promise<string> {
  const goMod = await readFile(join(repository, moduleFolder, "go.mod"), "utf8");
  return z.string().parse(/letsencrypt\/pebble\/v2 v(\S+)/.exec(goMod)?.[1]);
}
