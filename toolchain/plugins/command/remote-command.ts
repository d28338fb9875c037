import { randomBytes } from "node:crypto";
import {
  anything,
  definitionsFor,
  flag,
  list,
  map,
  number,
  object,
  text,
  type InputsOf,
  type StateOf,
} from "../protocol/index.ts";
import type { LogLine } from "./engine-log.ts";
import { runRemotely } from "./run-remotely.ts";
import type { Connection } from "./ssh-connection.ts";

const properties = {
  connection: object(
    {
      host: text({ required: true }),
      port: number(),
      user: text(),
      privateKey: text({ secret: true }),
      hostKey: text(),
      dialErrorLimit: number(),
      perDialTimeout: number(),
    },
    { required: true, secret: true },
  ),
  create: text(),
  update: text(),
  delete: text(),
  stdin: text(),
  environment: map(text()),
  addPreviousOutputInEnv: flag(),
  logging: text({ rule: streams }),
  // An element's change runs the command again; a list where there was none replaces the resource.
  triggers: list(anything(), { replaces: "added" }),
  stdout: text({ output: true, volatile: true }),
  stderr: text({ output: true, volatile: true }),
} as const;

function streams(logging: string, path: string): string | undefined {
  const known = ["stdout", "stderr", "stdoutAndStderr", "none"];
  return known.includes(logging) ? undefined : `${path} must be one of ${known.join(", ")}, and is ${logging}`;
}

type Inputs = InputsOf<typeof properties>;
type State = StateOf<typeof properties>;
type Output = Awaited<ReturnType<typeof runRemotely>>;

/**
 * `command:remote:Command`: runs a shell command over SSH when it is created, updated and deleted. Any change of an input
 * is an update, which runs `update`, or `create` again where that is not given.
 */
export const remoteCommand = definitionsFor<LogLine>().defineResource({
  token: "command:remote:Command",
  properties,
  async create({ client, urn, name, inputs, signal }) {
    const output = await runIfGiven(inputs.create, { log: client, urn, inputs, signal });
    return { id: `${name}${randomBytes(4).toString("hex")}`, outs: { ...inputs, ...output } };
  },
  read: ({ state }) => Promise.resolve({ ...state, stdout: state.stdout ?? "", stderr: state.stderr ?? "" }),
  async update({ client, urn, inputs, state, signal }) {
    const previous = { stdout: state.stdout ?? "", stderr: state.stderr ?? "" };
    const command = inputs.update ?? inputs.create;
    const output = await runIfGiven(command, { log: client, urn, inputs, previous, signal });
    return { ...inputs, ...(command === undefined ? previous : output) };
  },
  async delete({ client, urn, state, signal }) {
    const previous = { stdout: state.stdout ?? "", stderr: state.stderr ?? "" };
    const inputs = inputsOf(state);
    await runIfGiven(inputs.delete, { log: client, urn, inputs, previous, signal });
  },
});

interface Run {
  readonly log: LogLine;
  readonly urn: string;
  readonly inputs: Inputs;
  readonly previous?: Output;
  readonly signal: AbortSignal;
}

async function runIfGiven(command: string | undefined, run: Run): Promise<Output> {
  const { log, urn, inputs, previous, signal } = run;
  if (command === undefined) return { stdout: "", stderr: "" };
  refuseEnvironment(inputs);
  return runRemotely({
    connection: connectionOf(inputs),
    command,
    stdin: inputs.stdin ?? "",
    previous: inputs.addPreviousOutputInEnv === false ? undefined : previous,
    onLine: (stream, line) => {
      if (isLogged(inputs.logging, stream)) log(urn, line);
    },
    signal,
  });
}

/** Debian's sshd takes no variables but locale ones, and the SSH client used here does not learn of a refusal. */
function refuseEnvironment({ environment = {} }: Inputs): void {
  const [name] = Object.keys(environment);
  if (name === undefined) return;
  throw new Error(
    `could not set environment variable ${JSON.stringify(name)}: ssh: setenv failed ` +
      "(the stand-in of the command plugin passes none; pass data by stdin)",
  );
}

function isLogged(logging: string | undefined, stream: "stdout" | "stderr"): boolean {
  return logging === undefined || logging === "stdoutAndStderr" || logging === stream;
}

function connectionOf({ connection }: Inputs): Connection {
  return {
    host: connection.host,
    port: connection.port ?? 22,
    user: connection.user ?? "root",
    privateKey: connection.privateKey,
    hostKey: connection.hostKey,
    dialErrorLimit: connection.dialErrorLimit ?? 10,
    dialTimeoutSeconds: connection.perDialTimeout ?? 15,
  };
}

/** The inputs that the state holds: all but the outputs, without those that were not given. */
function inputsOf({ connection, ...rest }: State): Inputs {
  if (connection === undefined || connection === null) throw new Error("The state of this command has no connection.");
  const given = Object.entries(rest).filter(([, value]) => value !== null);
  return { connection, ...(Object.fromEntries(given) as Partial<Inputs>) };
}
