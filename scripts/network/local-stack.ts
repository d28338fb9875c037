import { existsSync } from "node:fs";
import { localCommandLine } from "../../host/terminal/advice.ts";
import { runNumbered } from "../../local/run/run.ts";
import { stackCli, stackFiles } from "../../local/stack/stack.ts";
import { setUpToolchain } from "../../toolchain/set-up.ts";
import { type StackAccess, stackAccess } from "./stack-access.ts";

/** Opens the stack of the network in local cloud `number`. Throws, with what to do, where there is none. */
export async function openLocalStack(number: number): Promise<StackAccess> {
  const run = runNumbered(number);
  const files = stackFiles(run);
  if (!existsSync(files.configFile)) {
    throw new Error(`Local cloud ${number} has no stack. Bring it up first: ${localCommandLine(number, "up")}`);
  }
  const toolchain = await setUpToolchain();
  return stackAccess({
    ...files,
    toolchain,
    cli: stackCli(run, toolchain),
    run,
    outside: { nameServers: [run.addresses.cloudIpv4], caBundle: run.files.caBundle },
  });
}
