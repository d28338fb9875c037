/** Stack of a network, as the operator's commands name it. */
export interface NamedStack {
  /** Name of the stack, such as `prod`. */
  readonly stack: string;
  /** Number of the local cloud that the stack is in; undefined: in none. */
  readonly runNumber?: number | undefined;
}

/** Variable in the environment of a local cloud's engine: the number of the local cloud, for the program's advice. */
export const localRunVariable = "IMERA_LOCAL_RUN";

/** Writes the options by which an operator's command names a stack: `--stack local --run 6`. Run 1 is what is meant without. */
export function stackOptions({ stack, runNumber }: NamedStack): string {
  return `--stack ${shellWord(stack)}${runOption(runNumber)}`;
}

/** Writes the command line of an operator's command, such as `npm run restore -- --stack prod --to TIME`. */
export function networkCommandLine(command: string, stack: NamedStack, ...options: readonly string[]): string {
  return [`npm run ${command} --`, stackOptions(stack), ...options.map(shellWord)].join(" ");
}

/** Writes the command line that runs Pulumi on a stack, such as `npm run pulumi -- config get imera:zone --stack prod`. */
export function pulumiCommandLine(stack: NamedStack, ...args: readonly string[]): string {
  return ["npm run pulumi --", ...args.map(shellWord), stackOptions(stack)].join(" ");
}

/**
 * Completes the commands in quotes, such as 'pulumi up', and those with `--stack STACK`, of a text by somebody who does not know the stack: a node, or a
 * plugin.
 */
export function withWholeCommands(text: string, stack: NamedStack): string {
  return text
    .replaceAll(/'pulumi ([a-z][^']*)'/g, (_, args: string) => `'npm run pulumi -- ${args} ${stackOptions(stack)}'`)
    .replaceAll("--stack STACK", () => stackOptions(stack));
}

/** Writes a command line about local cloud `runNumber`, such as `npm run local -- status --run 6`. */
export function localCommandLine(runNumber: number, command: string, ...args: readonly string[]): string {
  if (command === "up" && runNumber === 1) return "npm run local";
  return `${["npm run local --", command, ...args.map(shellWord)].join(" ")}${runOption(runNumber)}`;
}

function runOption(runNumber = 1): string {
  return runNumber === 1 ? "" : ` --run ${runNumber}`;
}

/** Writes text as one word for a shell, whatever is in it. */
export function shellWord(text: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
