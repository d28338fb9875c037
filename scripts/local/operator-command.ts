import process from "node:process";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { stackName } from "../../local/stack/stack-name.ts";

/** Commands on the network of a local cloud that are the same for every stack. */
const operatorCommands = ["status", "ssh"] as const;

/** Name of a command that is the same for every stack. */
export type OperatorCommand = (typeof operatorCommands)[number];

/** Says whether a command is one that is the same for every stack. */
export function isOperators(command: string): command is OperatorCommand {
  return operatorCommands.some((name) => name === command);
}

/** Runs a command that is the same for every stack on that of a local cloud. Resolves to its exit code. */
export async function operatorCommand(command: OperatorCommand, args: readonly string[]): Promise<number> {
  const program = fileURLToPath(new URL(`../${command}.ts`, import.meta.url));
  const { exitCode } = await execa(process.execPath, [program, "--stack", stackName, ...args], {
    stdio: "inherit",
    reject: false,
  });
  return exitCode ?? 1;
}
