import { existsSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { describeRun, type Run } from "../../local/run/run.ts";
import { stackCli, stackFiles, stackName as localStack } from "../../local/stack/stack.ts";
import { setUpToolchain, type Toolchain } from "../../toolchain/set-up.ts";
import { fullName } from "../../components/settings/names.ts";
import { type EngineStack, engineStack } from "../../toolchain/engine/stack.ts";
import { networkOutputs, type NetworkOutputs } from "./network-outputs.ts";

/** A stack and everything it takes to work on it: the operator's commands start here. */
export interface StackAccess extends EngineStack {
  readonly toolchain: Toolchain;
  /** The local cloud that it is in, if it is in one. */
  readonly run: Run | undefined;
  /** How clients see the network. */
  readonly outside: Outside;
  /** What the program said at the end of the last `up`. Rejects, with what to do, when none ever ended. */
  outputs(): Promise<NetworkOutputs>;
  /** A setting as text (`imera:region`; `region` means the same), undefined where it is not set. */
  setting(name: string): Promise<string | undefined>;
  /** A setting that must be there; rejects where it is not. Most are secrets: print none but those known to be plain. */
  required(name: string): Promise<string>;
  /** Writes a plain setting into {@link configFile}; undefined removes it. */
  set(name: string, value: string | undefined): Promise<void>;
}

/** What a client needs to find and trust the network. */
export interface Outside {
  /** Addresses of the only name servers to ask. Undefined: those that the domain is delegated to. */
  readonly nameServers: readonly string[] | undefined;
  /** File with certificate authorities (PEM) that stand in for the system's. */
  readonly caBundle: string | undefined;
}

export interface OpenStackOptions {
  readonly stack: string;
  /** Number of the local cloud; for the stack `local` only. Default: 1. */
  readonly run?: number | undefined;
}

const projectFolder = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Opens a stack that exists: `local` is the one of a local cloud, with that cloud's state and environment; any other is the
 * operator's own, reached with the environment of this process. Throws, with what to do, where there is none of that name.
 */
export async function openStack({ stack, run }: OpenStackOptions): Promise<StackAccess> {
  if (stack === localStack) return openLocalStack(describeRun(run ?? 1));
  if (run !== undefined) throw new Error(`--run is for the stack ${localStack}; ${stack} is in no local cloud.`);
  const configFile = path.join(projectFolder, `Pulumi.${stack}.yaml`);
  if (!existsSync(configFile)) {
    throw new Error(`There is no stack ${stack}: ${configFile} is missing. Make one: npm run stack -- new ${stack}`);
  }
  const toolchain = await setUpToolchain();
  const state = process.env["XDG_STATE_HOME"] ?? path.join(homedir(), ".local/state");
  return stackAccess({
    stack,
    toolchain,
    // The user's own home where there is one: backends that want a login keep it there.
    cli: { command: toolchain.pulumi, env: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" }, projectFolder },
    configFile,
    run: undefined,
    workFolder: path.join(state, "imera", stack),
    outside: { nameServers: undefined, caBundle: undefined },
  });
}

/** Everything that {@link stackAccess} cannot find out by itself. */
export type StackDescription = Pick<
  StackAccess,
  "stack" | "toolchain" | "cli" | "configFile" | "run" | "workFolder" | "outside"
>;

/** Access to a stack that is described in full. */
export function stackAccess(description: StackDescription): StackAccess {
  const { stack, cli, toolchain, run, outside } = description;
  const engine = engineStack(description, cli);
  const { pulumi } = engine;
  let known: Promise<Settings> | undefined;
  const settings = () => (known ??= pulumi("config", "--show-secrets", "--json").then(parseSettings));
  const setting = async (name: string) => (await settings())[fullName(name)]?.value;
  return {
    ...engine,
    toolchain,
    run,
    outside,
    outputs: async () => readOutputs(stack, await pulumi("stack", "output", "--show-secrets", "--json")),
    setting,
    required: async (name) => {
      const value = await setting(name);
      if (value !== undefined) return value;
      throw new Error(`The stack ${stack} has no ${fullName(name)}. docs/configuration.md says how it is made.`);
    },
    set: async (name, value) => {
      known = undefined;
      await (value === undefined
        ? pulumi("config", "rm", fullName(name))
        : pulumi("config", "set", "--plaintext", fullName(name), value));
    },
  };
}

const settingsForm = z.record(z.string(), z.object({ value: z.string().optional() }));
type Settings = z.infer<typeof settingsForm>;

function parseSettings(json: string): Settings {
  return settingsForm.parse(JSON.parse(json));
}

function readOutputs(stack: string, json: string): NetworkOutputs {
  const outputs = networkOutputs.safeParse(JSON.parse(json));
  if (outputs.success) return outputs.data;
  throw new Error(
    `The network of the stack ${stack} has never been complete: its outputs are missing (${outputs.error.issues
      .map((issue) => issue.path.join("."))
      .join(", ")}). Build it first: pulumi up --stack ${stack}`,
  );
}

async function openLocalStack(run: Run): Promise<StackAccess> {
  const files = stackFiles(run);
  if (!existsSync(files.configFile)) {
    throw new Error(`Local cloud ${run.number} has no stack. Bring it up first: npm run local -- --run ${run.number}`);
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
