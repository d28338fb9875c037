import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server } from "node:net";
import { createInterface } from "node:readline";
import { PassThrough, type Readable } from "node:stream";
import type { Client, ClientChannel } from "ssh2";
import type { NamedStack } from "../../../host/terminal/advice.ts";
import type { NetworkMachine } from "../network-outputs.ts";
import type { StackAccess } from "../stack-access.ts";
import { logIn, nodeLogin, type NodeLogin } from "./log-in.ts";

/** A login on a node that stays open. Disposing it ends what still runs in it. */
export interface NodeSession extends AsyncDisposable {
  /** Stack that the node belongs to. */
  readonly stack: NamedStack;
  /**
   * Runs a command line in root's shell. Resolves once it has ended, whatever its exit code; rejects when the connection is lost,
   * or after `timeoutMs`. No secret goes into the command line: other users of the node can see it.
   */
  run(command: string, options?: NodeRunOptions): Promise<NodeResult>;
  /** Opens a port on 127.0.0.1 of this machine that leads to a port on 127.0.0.1 of the node. */
  forward(nodePort: number): Promise<ForwardedPort>;
}

/** Input, listeners and time limit of a command on a node. */
export interface NodeRunOptions {
  readonly stdin?: string;
  /** Standard input that is passed on as it comes, in the place of `stdin`. */
  readonly input?: Readable;
  /** Receives each line of standard output while the command runs. */
  readonly onLine?: (line: string) => void;
  /** Receives each line of standard error while the command runs. */
  readonly onStderrLine?: (line: string) => void;
  /** Default 10 minutes. */
  readonly timeoutMs?: number;
}

/** Result of a command on a node that has ended. */
export interface NodeResult {
  /** Exit code of the command; -1 when a signal ended it. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Port of this machine that leads to a port of a node. Disposing it ends the forwarding. */
export interface ForwardedPort extends AsyncDisposable {
  /** Number of the port, on 127.0.0.1 of this machine. */
  readonly port: number;
}

/** Logs in on a node of a stack; `node` is an entry of its outputs. */
export async function openNode(access: StackAccess, node: NetworkMachine): Promise<NodeSession> {
  return connectNode(access, await nodeLogin(access, node));
}

/** Logs in as root. Throws, with what to check, when the node does not answer, is another host, or does not take the key. */
export async function connectNode({ stack, runNumber }: NamedStack, login: NodeLogin): Promise<NodeSession> {
  const { host, port = 22 } = login;
  const socket = connect(port, host);
  const client = await logIn(login, socket);
  // Whoever waits for something learns of the end by `close`, which comes once.
  client.on("error", () => undefined);
  const closed = new Promise<void>((resolve) => client.once("close", () => resolve()));
  const servers = new Set<Server>();
  return {
    stack: { stack, runNumber },
    run: (command, options = {}) =>
      socket.destroyed
        ? Promise.reject(connectionLost(programOf(command)))
        : runCommand(client, closed, command, options),
    forward: async (nodePort) => {
      const server = await listenFor(client, nodePort);
      servers.add(server);
      const { port } = server.address() as AddressInfo;
      return { port, [Symbol.asyncDispose]: () => Promise.resolve(void server.close()) };
    },
    [Symbol.asyncDispose]: async () => {
      for (const server of servers) server.close();
      client.end();
      // A node that has lost its power says no goodbye.
      const impatience = setTimeout(() => socket.destroy(), goodbyeTimeoutMs);
      await closed;
      clearTimeout(impatience);
    },
  };
}

const goodbyeTimeoutMs = 3000;

async function runCommand(
  client: Client,
  closed: Promise<void>,
  command: string,
  options: NodeRunOptions,
): Promise<NodeResult> {
  const { stdin = "", input, onLine, onStderrLine, timeoutMs = 600_000 } = options;
  const program = programOf(command);
  const lost = closed.then(() => Promise.reject(connectionLost(program)));
  const patience = limitTo(program, timeoutMs);
  try {
    return await Promise.race([
      lost,
      patience.over,
      execute(client, command, { stdin: input ?? stdin, onLine, onStderrLine }),
    ]);
  } finally {
    patience.stop();
  }
}

/** Rejects when the time is over; `stop` makes it stay pending. */
function limitTo(program: string, timeoutMs: number): { over: Promise<never>; stop: () => void } {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new Error(`${program}: not done after ${Math.round(timeoutMs / 1000)} s`)),
    timeoutMs,
  );
  return { over: promise, stop: () => clearTimeout(timer) };
}

function programOf(command: string): string {
  return command.split(" ")[0] ?? command;
}

/** Error of a command whose connection was lost before its end. */
function connectionLost(program: string): Error {
  return new Error(
    `${program}: the SSH connection to the node was lost.\n` +
      "What it had begun may go on there, or may have been cut off. See that the node answers, then run the same command again: " +
      "whatever is half done is finished or taken back.",
  );
}

interface Listeners {
  readonly stdin: string | Readable;
  readonly onLine: ((line: string) => void) | undefined;
  readonly onStderrLine: ((line: string) => void) | undefined;
}

function execute(client: Client, command: string, { stdin, onLine, onStderrLine }: Listeners): Promise<NodeResult> {
  return new Promise((resolve, reject) => {
    client.exec(command, (error, channel: ClientChannel) => {
      if (error !== undefined) {
        reject(error);
        return;
      }
      let exitCode: number | undefined;
      const stdout = collect(channel, onLine);
      const stderr = collect(channel.stderr, onStderrLine);
      channel.on("exit", (code: number | null) => (exitCode = code ?? -1));
      // Without an exit code it is the connection that has ended, and not the command.
      channel.once("close", () =>
        exitCode === undefined
          ? reject(connectionLost(programOf(command)))
          : resolve({ exitCode, stdout: stdout(), stderr: stderr() }),
      );
      if (typeof stdin === "string") channel.end(stdin);
      else stdin.pipe(channel);
    });
  });
}

function collect(stream: NodeJS.ReadableStream, onLine: ((line: string) => void) | undefined): () => string {
  const chunks: Buffer[] = [];
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  if (onLine !== undefined) createInterface(stream.pipe(new PassThrough())).on("line", onLine);
  return () => Buffer.concat(chunks).toString("utf8");
}

async function listenFor(client: Client, nodePort: number): Promise<Server> {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    client.forwardOut("127.0.0.1", 0, "127.0.0.1", nodePort, (error, channel) => {
      if (error === undefined) socket.pipe(channel).pipe(socket);
      else socket.destroy();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}
