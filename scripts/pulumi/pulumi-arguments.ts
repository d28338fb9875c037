import { runNumber } from "../../local/run/run-number.ts";

/** Arguments for the Pulumi CLI, and the stack that they name. */
export interface PulumiArguments {
  /** Everything for the CLI, `--stack` included, in the order in which it was typed; `--run` is not the CLI's. */
  readonly args: readonly string[];
  /** The command, such as `up`; undefined where there is none. */
  readonly command: string | undefined;
  /** The first word after the command that is no option, such as `rm` of `stack rm`. */
  readonly subcommand: string | undefined;
  readonly stack: string | undefined;
  /** Number of the local cloud. */
  readonly run: number | undefined;
}

/**
 * Reads the stack and the number of the local cloud out of arguments for the CLI. Throws, with what to type, where a value is
 * missing or no number of a run. What comes after `--` is the CLI's.
 */
export function pulumiArguments(typed: readonly string[]): PulumiArguments {
  const end = endOfOptions(typed);
  const options = typed.slice(0, end);
  const run = valueOf(options, ["--run"]);
  const args = options.filter((_, index) => !run.places.has(index));
  const [command, subcommand] = words(args);
  return {
    args: [...args, ...typed.slice(end)],
    command,
    subcommand,
    stack: valueOf(options, ["--stack", "-s"]).value,
    run: run.value === undefined ? undefined : numberOf(run.value),
  };
}

function numberOf(value: string): number {
  try {
    return runNumber(value);
  } catch {
    throw new Error(`--run: expected the number of a local cloud, 1 to 254, got ${value}.`);
  }
}

/** Finds an option's last value, and the places of all that belongs to it. */
function valueOf(args: readonly string[], names: readonly string[]) {
  let value: string | undefined;
  const places = new Set<number>();
  args.forEach((argument, index) => {
    const equals = names.find((name) => argument.startsWith(`${name}=`));
    if (equals !== undefined) {
      value = argument.slice(equals.length + 1);
      places.add(index);
    } else if (names.includes(argument)) {
      value = args[index + 1];
      if (value === undefined) throw new Error(`${argument}: its value is missing.`);
      places.add(index).add(index + 1);
    }
  });
  return { value, places };
}

/**
 * Adds `--refresh` to the arguments of `pulumi up`, unless they say something about it: what was changed or taken away at the
 * vendors is put right by each `up`, not only by one that changes a setting.
 */
export function withRefresh({ args, command }: PulumiArguments): readonly string[] {
  if (command !== "up" && command !== "update") return args;
  const given = args.slice(0, endOfOptions(args)).some((argument) => /^(--refresh|-r)(=|$)/.test(argument));
  return given ? args : withOption(args, "--refresh");
}

/** Puts an option behind the command, where what follows `--` cannot swallow it. */
export function withOption(args: readonly string[], option: string): readonly string[] {
  return args.toSpliced(endOfOptions(args), 0, option);
}

function endOfOptions(args: readonly string[]): number {
  return args.includes("--") ? args.indexOf("--") : args.length;
}

/** Words that are neither options nor the values of those that may stand before a command. */
function words(args: readonly string[]): string[] {
  return args.filter((word, index) => !word.startsWith("-") && !takesValue.has(args[index - 1] ?? ""));
}

const takesValue = new Set(["--stack", "-s", "--color", "--cwd", "-C", "--verbose", "-v", "--config-file"]);

/** Says whether the CLI works on one stack with these arguments, and so has to be told which. */
export function needsStack({ command, subcommand }: PulumiArguments): boolean {
  if (command === "stack") return !namingTheirStack.has(subcommand ?? "");
  return stackCommands.has(command ?? "");
}

/** Says whether the CLI only reads with these arguments: nothing else has to wait for its end. */
export function onlyReads({ command, subcommand }: PulumiArguments): boolean {
  if (command === "config") return subcommand === undefined || subcommand === "get";
  if (command === "stack") return readingStack.has(subcommand ?? "");
  return !stackCommands.has(command ?? "");
}

/** Says whether the CLI runs the program with these arguments, or asks the clouds. */
export function runsEngine({ command }: Pick<PulumiArguments, "command">): boolean {
  return engineCommands.has(command ?? "");
}

/** Says whether the CLI takes `--config-file` with these arguments. */
export function takesConfigFile({ command }: Pick<PulumiArguments, "command">): boolean {
  return runsEngine({ command }) || command === "config";
}

/**
 * Throws where the CLI would remove or write, beside the stack of a local cloud, the repository's `Pulumi.local.yaml`: the
 * CLI takes that for the file of this stack.
 */
export function refuseForLocalCloud({ args, command, subcommand }: PulumiArguments, removal: string): void {
  if (command === "stack" && !readingStack.has(subcommand ?? "") && subcommand !== "import") {
    throw new Error(
      `pulumi stack ${subcommand ?? ""} is not for the stack of a local cloud: it would write or remove the repository's ` +
        `Pulumi.local.yaml. The stack comes and goes with its cloud: ${removal}`,
    );
  }
  if (runsEngine({ command }) && args.includes("--remove")) {
    throw new Error(
      `--remove would remove the repository's Pulumi.local.yaml, too. Leave it out, or remove all of the cloud: ${removal}`,
    );
  }
}

const engineCommands: ReadonlySet<string> = new Set([
  ...["up", "update", "preview", "pre", "refresh", "destroy", "down", "dn", "import", "watch"],
]);
const stackCommands: ReadonlySet<string> = new Set([...engineCommands, "config", "cancel", "state"]);
const namingTheirStack: ReadonlySet<string> = new Set([
  ...["ls", "list", "init", "new", "create", "setup", "select", "unselect", "rm", "remove", "delete"],
]);
const readingStack: ReadonlySet<string> = new Set([
  ...["", "ls", "list", "output", "export", "history", "hist", "graph", "tag"],
]);
