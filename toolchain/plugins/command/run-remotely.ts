import { constants } from "node:os";
import { createInterface } from "node:readline";
import { PassThrough } from "node:stream";
import type { Client, ClientChannel } from "ssh2";
import { messageOf } from "../../../host/error.ts";
import { connect, type Connection } from "./ssh-connection.ts";

/** One command on one machine. */
export interface RemoteRun {
  readonly connection: Connection;
  /** For the login shell of the user. */
  readonly command: string;
  readonly stdin: string;
  /**
   * Output of the resource's last run. The command gets it in `PULUMI_COMMAND_STDOUT` and `PULUMI_COMMAND_STDERR` where the
   * SSH server accepts these variables.
   */
  readonly previous: Output | undefined;
  /** Receives each line while the command runs. */
  readonly onLine: (stream: "stdout" | "stderr", line: string) => void;
  readonly signal: AbortSignal;
}

/** Output of a command, without the newline at its end. */
export interface Output {
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a command over an SSH connection of its own.
 *
 * @throws Error when the machine cannot be reached, or with the command and all that it printed when it does not end with 0.
 */
export async function runRemotely(run: RemoteRun): Promise<Output> {
  const client = await connect(run.connection, run.signal);
  try {
    return await execute(client, run);
  } finally {
    client.destroy();
  }
}

async function execute(client: Client, run: RemoteRun): Promise<Output> {
  const { command, stdin, previous, signal } = run;
  const ended = endOf(client, signal);
  const env = previous && { PULUMI_COMMAND_STDOUT: previous.stdout, PULUMI_COMMAND_STDERR: previous.stderr };
  const { channel, exit } = await Promise.race([openChannel(client, command, env), ended]);
  const captured = capture(channel, run.onLine);
  channel.end(stdin);
  try {
    const failure = await Promise.race([exit, ended]);
    if (failure !== undefined) throw new Error(failure);
  } catch (error) {
    const why = messageOf(error);
    throw new Error(`${why}: running ${JSON.stringify(command)}:\n${captured.all()}`, { cause: error });
  }
  return { stdout: withoutLastNewline(captured.stdout()), stderr: withoutLastNewline(captured.stderr()) };
}

/** Rejects when the connection ends before the command does, or the engine cancels. */
async function endOf(client: Client, signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    client.once("close", () => reject(new Error(noStatus)));
    client.on("error", reject);
    signal.addEventListener("abort", () => reject(new Error("canceled")), { once: true });
  });
}

const noStatus = "wait: remote command exited without exit status or exit signal";

async function openChannel(
  client: Client,
  command: string,
  env: Record<string, string> | undefined,
): Promise<{ channel: ClientChannel; exit: Promise<string | undefined> }> {
  return new Promise((resolve, reject) => {
    client.exec(command, env === undefined ? {} : { env }, (error, channel) => {
      // The exit status of a quick command comes in the same packet, before anybody who awaits this has a turn.
      if (error === undefined) resolve({ channel, exit: exitOf(channel) });
      else reject(error);
    });
  });
}

interface Captured {
  stdout(): string;
  stderr(): string;
  /** Both, in the order of arrival. */
  all(): string;
}

function capture(channel: ClientChannel, onLine: RemoteRun["onLine"]): Captured {
  const all: Buffer[] = [];
  const collect = (source: NodeJS.ReadableStream, stream: "stdout" | "stderr"): (() => string) => {
    const own: Buffer[] = [];
    const lines = source.pipe(new PassThrough());
    createInterface({ input: lines }).on("line", (line) => onLine(stream, line));
    source.on("data", (chunk: Buffer) => {
      own.push(chunk);
      all.push(chunk);
    });
    return () => Buffer.concat(own).toString("utf8");
  };
  return {
    stdout: collect(channel, "stdout"),
    stderr: collect(channel.stderr, "stderr"),
    all: () => Buffer.concat(all).toString("utf8"),
  };
}

/** Waits for the end of the command and of its output; answers what is wrong, if anything. */
async function exitOf(channel: ClientChannel): Promise<string | undefined> {
  return new Promise((resolve) => {
    let failure: string | undefined = noStatus;
    channel.on("exit", (code: number | null, signal?: string) => {
      if (code === 0) failure = undefined;
      else if (code !== null) failure = `Process exited with status ${code}`;
      else failure = signalled(signal ?? "SIGKILL");
    });
    channel.on("close", () => resolve(failure));
  });
}

function signalled(signal: string): string {
  const name = signal.replace(/^SIG/, "");
  const number = Object.entries(constants.signals).find(([each]) => each === `SIG${name}`)?.[1] ?? 0;
  return `Process exited with status ${128 + number} from signal ${name}`;
}

function withoutLastNewline(text: string): string {
  return text.replace(/\n$/, "");
}
