import { once } from "node:events";
import { type AddressInfo, createServer, type Server } from "node:net";
import { createInterface } from "node:readline";
import { PassThrough } from "node:stream";
import type { Client, ClientChannel } from "ssh2";
import type { NamedStack } from "../../../host/terminal/advice.ts";
import type { NetworkNode } from "../network-outputs.ts";
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
export async function openNode(access: StackAccess, node: NetworkNode): Promise<NodeSession> {
  return connectNode(access, await nodeLogin(access, node));
}

/** Logs in as root. Throws, with what to check, when the node does not answer, is another host, or does not take the key. */
export async function connectNode({ stack, runNumber }: NamedStack, login: NodeLogin): Promise<NodeSession> {
  const client = await logIn(login);
  // Whoever waits for something learns of the end by `close`.
  client.on("error", () => undefined);
  const servers = new Set<Server>();
  return {
    stack: { stack, runNumber },
    run: (command, options = {}) => runCommand(client, command, options),
    forward: async (nodePort) => {
      const server = await listenFor(client, nodePort);
      servers.add(server);
      const { port } = server.address() as AddressInfo;
      return { port, [Symbol.asyncDispose]: () => Promise.resolve(void server.close()) };
    },
    [Symbol.asyncDispose]: async () => {
      for (const server of servers) server.close();
      const closed = once(client, "close");
      client.end();
      await closed;
    },
  };
}

async function runCommand(client: Client, command: string, options: NodeRunOptions): Promise<NodeResult> {
  const { stdin = "", onLine, onStderrLine, timeoutMs = 600_000 } = options;
  const program = command.split(" ")[0] ?? command;
  const patience = watchFor(client, program, timeoutMs);
  try {
    return await Promise.race([patience.ended, execute(client, command, { stdin, onLine, onStderrLine })]);
  } finally {
    patience.stop();
  }
}

/** Rejects when the connection is lost or the time is over; `stop` makes it stay pending. */
function watchFor(client: Client, program: string, timeoutMs: number): { ended: Promise<never>; stop: () => void } {
  let stop: () => void = () => undefined;
  const ended = new Promise<never>((_, reject) => {
    const onClose = () => reject(new Error(`${program}: the SSH connection to the node was lost`));
    const onTimeout = () => reject(new Error(`${program}: not done after ${Math.round(timeoutMs / 1000)} s`));
    const timer = setTimeout(onTimeout, timeoutMs);
    client.once("close", onClose);
    stop = () => {
      clearTimeout(timer);
      client.off("close", onClose);
    };
  });
  return { ended, stop };
}

interface Listeners {
  readonly stdin: string;
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
      let exitCode = -1;
      const stdout = collect(channel, onLine);
      const stderr = collect(channel.stderr, onStderrLine);
      channel.on("exit", (code: number | null) => (exitCode = code ?? -1));
      channel.once("close", () => resolve({ exitCode, stdout: stdout(), stderr: stderr() }));
      channel.end(stdin);
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
