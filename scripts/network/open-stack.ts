import { existsSync } from "node:fs";
import path from "node:path";
import { userFolder } from "../../host/user-folders.ts";
import { stackName } from "../../local/stack/stack-name.ts";
import { operatorEnvironment } from "../../toolchain/engine/environment.ts";
import { projectFolder } from "../../toolchain/engine/stack-folder.ts";
import { setUpToolchain } from "../../toolchain/set-up.ts";
import { type StackAccess, stackAccess } from "./stack-access.ts";

/** Stack to open, as `--stack` and `--run` name it. */
export interface OpenStackOptions {
  readonly stack: string;
  /** Number of the local cloud; for the stack `local` only. Default: 1. */
  readonly run?: number | undefined;
}

/**
 * Opens a stack that exists: `local` is the one of a local cloud, with that cloud's state and environment; any other is the
 * operator's own, reached with the environment of this process. Throws, with what to do, where there is none of that name.
 */
export async function openStack({ stack, run }: OpenStackOptions): Promise<StackAccess> {
  if (stack === stackName) {
    // With a production stack, nothing of the local cloud is loaded.
    const { openLocalStack } = await import("./local-stack.ts");
    return openLocalStack(run ?? 1);
  }
  if (run !== undefined) throw new Error(`--run is for the stack ${stackName}; ${stack} is in no local cloud.`);
  // Pulumi names the file by the last part of organization/project/stack.
  const name = path.basename(stack);
  if (name === stackName) throw new Error(`A stack in no local cloud has another name than ${stackName}: ${stack}.`);
  const configFile = path.join(projectFolder, `Pulumi.${name}.yaml`);
  if (!existsSync(configFile)) {
    throw new Error(`There is no stack ${stack}: ${configFile} is missing. Make one: npm run stack -- new ${name}`);
  }
  const toolchain = await setUpToolchain();
  return stackAccess({
    stack,
    toolchain,
    cli: { command: toolchain.pulumi, env: operatorEnvironment(toolchain), projectFolder },
    configFile,
    run: undefined,
    workFolder: path.join(userFolder("state"), stack),
    outside: { nameServers: undefined, caBundle: undefined },
  });
}
