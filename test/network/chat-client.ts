import { join } from "node:path";
import { createInterface } from "node:readline";
import { z } from "zod";
import { notYet, type Observation, waitUntil } from "../../host/wait-until.ts";
import type { ClientMachine } from "./client-machine.ts";

/** An account that can log in. */
export interface Account {
  readonly jid: string;
  readonly passwordFile: string;
}

/** A message as the receiving client printed it. */
export interface ReceivedMessage {
  /** Bare JID of the sender. */
  readonly from: string;
  readonly body: string;
}

/** A client that is logged in. Disposing it logs out. */
export interface ChatClient extends AsyncDisposable {
  /** Full JID that the server bound. */
  readonly jid: string;
  send(to: string, body: string): void;
  /** Resolves once a message with this body has arrived; throws after 30 s, naming what did arrive. */
  received(body: string): Promise<ReceivedMessage>;
}

/** Logs in with slixmpp, which nobody here wrote; throws with its messages when that fails. */
export async function logInWithSlixmpp(machine: ClientMachine, account: Account): Promise<ChatClient> {
  const script = join(import.meta.dirname, "clients/slixmpp_chat.py");
  return logIn(machine, "/usr/bin/python3", [script, account.jid, account.passwordFile]);
}

/** Logs in with xmpp.js over the WebSocket that host-meta names; throws with its messages when that fails. */
export async function logInWithXmppJs(machine: ClientMachine, account: Account): Promise<ChatClient> {
  const script = join(import.meta.dirname, "clients/xmpp-js-chat.ts");
  return logIn(machine, process.execPath, [script, account.jid, account.passwordFile], {
    NODE_EXTRA_CA_CERTS: "/etc/ssl/certs/ca-certificates.crt",
  });
}

const eventSchema = z.union([
  z.object({ online: z.string() }),
  z.object({ from: z.string(), body: z.string() }),
  z.object({ from: z.string(), error: z.string() }),
]);

type ChatEvent = z.infer<typeof eventSchema>;

async function logIn(
  machine: ClientMachine,
  program: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<ChatClient> {
  const subprocess = machine.run(program, args, { environment, timeoutMs: 300_000 });
  const events: ChatEvent[] = [];
  createInterface(subprocess.stdout).on("line", (line) => events.push(eventSchema.parse(JSON.parse(line))));
  const ended = subprocess.then(() => {
    throw new Error(`${args.join(" ")} ended before it was told to`);
  });
  const stopWaiting = new AbortController();
  // The end is reported by whatever waits for an event; with nothing waiting it is no failure.
  ended.catch(() => stopWaiting.abort());
  const patience = { intervalMs: 50, timeoutMs: 30_000, signal: stopWaiting.signal };
  const find = <T>(what: string, pick: (event: ChatEvent) => T | undefined): Promise<T> =>
    Promise.race([ended, waitUntil({ what, probe: () => look(events, pick), ...patience })]);

  const jid = await find(`the login of ${args[1] ?? program}`, (event) =>
    "online" in event ? event.online : undefined,
  );
  return {
    jid,
    send: (to, body) => void subprocess.stdin.write(`${JSON.stringify({ to, body })}\n`),
    received: (body) => find(`message "${body}" at ${jid}`, (event) => messageWith(body, event)),
    [Symbol.asyncDispose]: async () => {
      subprocess.stdin.end();
      await subprocess;
    },
  };
}

function messageWith(body: string, event: ChatEvent): ReceivedMessage | undefined {
  if (!("body" in event) || event.body !== body) return undefined;
  return { from: event.from.replace(/\/.*/, ""), body };
}

function look<T>(events: readonly ChatEvent[], pick: (event: ChatEvent) => T | undefined): Observation<T> {
  for (const event of events) {
    const value = pick(event);
    if (value !== undefined) return { value };
  }
  return notYet(events.length === 0 ? "no event yet" : JSON.stringify(events));
}
