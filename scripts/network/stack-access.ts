import { z } from "zod";
import type { Run } from "../../local/run/run.ts";
import type { Toolchain } from "../../toolchain/set-up.ts";
import { type NamedStack, pulumiCommandLine } from "../../host/terminal/advice.ts";
import { fullName } from "../../components/settings/names.ts";
import { type EngineStack, engineStack } from "../../toolchain/engine/stack.ts";
import { networkOutputs, type NetworkOutputs } from "./network-outputs.ts";

/** A stack and everything it takes to work on it: the operator's commands start here. */
export interface StackAccess extends EngineStack {
  readonly toolchain: Toolchain;
  /** The local cloud that it is in, if it is in one. */
  readonly run: Run | undefined;
  /** Way by which clients find and trust the network. */
  readonly outside: Outside;
  /** Reads the program's outputs as the last `up` left them. Rejects, with what to do, when none ever ended. */
  outputs(): Promise<NetworkOutputs>;
  /** Reads a setting as text (`imera:region`; `region` means the same), undefined where it is not set. */
  setting(name: string): Promise<string | undefined>;
  /**
   * Reads a setting that must be there; rejects where it is not. Most are secrets: print none but those known to be
   * plain.
   */
  required(name: string): Promise<string>;
  /** Writes a plain setting into {@link configFile}; undefined removes it. */
  set(name: string, value: string | undefined): Promise<void>;
}

/** Name servers and certificate authorities by which a client finds and trusts the network. */
export interface Outside {
  /** Addresses of the only name servers to ask. Undefined: those that the domain is delegated to. */
  readonly nameServers: readonly string[] | undefined;
  /** File with certificate authorities (PEM) that stand in for the system's. */
  readonly caBundle: string | undefined;
}

/** Everything that {@link stackAccess} cannot find out by itself. */
export type StackDescription = Pick<
  StackAccess,
  "stack" | "runNumber" | "toolchain" | "cli" | "configFile" | "run" | "workFolder" | "outside"
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
    outputs: async () => readOutputs(description, await pulumi("stack", "output", "--show-secrets", "--json")),
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

function readOutputs(stack: NamedStack, json: string): NetworkOutputs {
  const outputs = networkOutputs.safeParse(JSON.parse(json));
  if (outputs.success) return outputs.data;
  throw new Error(
    `The network of the stack ${stack.stack} has never been complete: its outputs are missing (${outputs.error.issues
      .map((issue) => issue.path.join("."))
      .join(", ")}). Build it first: ${pulumiCommandLine(stack, "up")}`,
  );
}
