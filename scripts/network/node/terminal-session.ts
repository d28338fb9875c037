import { once } from "node:events";
import { constants } from "node:os";
import process from "node:process";
import type { Client, ClientChannel, PseudoTtyOptions } from "ssh2";

/**
 * Runs a command line on a node, or a login shell, with this process's input, output and terminal. Resolves to its exit code, or
 * to 128 more than the number of the signal that ended it. Rejects when the connection is lost before.
 */
export async function runOnTerminal(client: Client, command: string | undefined): Promise<number> {
  const isTerminal = process.stdin.isTTY && process.stdout.isTTY;
  const channel = await open(client, command, isTerminal ? terminal() : undefined);
  const resized = () => channel.setWindow(process.stdout.rows, process.stdout.columns, 0, 0);
  if (isTerminal) {
    process.stdin.setRawMode(true);
    process.stdout.on("resize", resized);
  }
  try {
    return await joined(client, channel);
  } finally {
    process.stdout.off("resize", resized);
    if (isTerminal) process.stdin.setRawMode(false);
    // A terminal that is read would keep this process alive.
    process.stdin.unpipe().pause();
  }
}

function terminal(): PseudoTtyOptions {
  const { rows, columns: cols } = process.stdout;
  return { term: process.env["TERM"] ?? "xterm", rows, cols };
}

function open(client: Client, command: string | undefined, pty: PseudoTtyOptions | undefined): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    const opened = (error: Error | undefined, channel: ClientChannel) => (error ? reject(error) : resolve(channel));
    if (command === undefined) client.shell(pty ?? false, opened);
    else client.exec(command, pty === undefined ? {} : { pty }, opened);
  });
}

async function joined(client: Client, channel: ClientChannel): Promise<number> {
  let exitCode: number | undefined;
  channel.on("exit", (code: number | null, signal?: string) => (exitCode = code ?? 128 + signalNumber(signal)));
  process.stdin.pipe(channel);
  channel.pipe(process.stdout, { end: false });
  channel.stderr.pipe(process.stderr, { end: false });
  await Promise.race([once(channel, "close"), once(client, "close")]);
  if (exitCode === undefined) throw new Error("The SSH connection to the node was lost.");
  return exitCode;
}

/** SSH names signals without SIG (RFC 4254, section 6.10). */
function signalNumber(name = ""): number {
  return Object.entries(constants.signals).find(([signal]) => signal === `SIG${name}`)?.[1] ?? 0;
}
