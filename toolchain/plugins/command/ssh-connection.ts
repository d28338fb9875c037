import { setTimeout as sleep } from "node:timers/promises";
import ssh2, { Client, type Algorithms } from "ssh2";
import { messageOf } from "../../../host/error.ts";

/** Address, user and keys of a machine that is reached over SSH, and the patience with it. */
export interface Connection {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** In OpenSSH's or PEM form. */
  readonly privateKey: string | undefined;
  /** The host's public key, as in authorized_keys; without it the host is not checked. */
  readonly hostKey: string | undefined;
  /** Number of attempts that may fail; -1 for any number. */
  readonly dialErrorLimit: number;
  /** Time limit of one attempt; 0 for none. */
  readonly dialTimeoutSeconds: number;
}

// The official plugin is a Go program and prefers host keys in the order of Go's SSH library. A host that has others beside
// the pinned one must fail here as it does there.
const serverHostKey: NonNullable<Algorithms["serverHostKey"]> = [
  "ecdsa-sha2-nistp256",
  "ecdsa-sha2-nistp384",
  "ecdsa-sha2-nistp521",
  "rsa-sha2-256",
  "rsa-sha2-512",
  "ssh-ed25519",
];

const firstDelayMs = 100;
const delayFactor = 1.5;
const longestDelayMs = 5_000;

/**
 * Connects, again and again until the limit of failed attempts. The caller ends the client.
 *
 * @throws Error `after N failed attempts: …` with what the last one failed with, or at once for a key that is none.
 */
export async function connect(connection: Connection, signal: AbortSignal): Promise<Client> {
  const { privateKey, dialErrorLimit } = connection;
  if (privateKey !== undefined && ssh2.utils.parseKey(privateKey) instanceof Error) {
    throw new Error("ssh: no key found");
  }
  for (let failures = 1, delayMs = firstDelayMs; ; failures++) {
    try {
      return await dial(connection, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (dialErrorLimit >= 0 && failures >= dialErrorLimit) {
        const last = messageOf(error);
        throw new Error(`after ${failures} failed attempts: ${last}`, { cause: error });
      }
    }
    await sleep(delayMs, undefined, { signal });
    delayMs = Math.min(delayMs * delayFactor, longestDelayMs);
  }
}

async function dial(connection: Connection, signal: AbortSignal): Promise<Client> {
  const { host, port, user, privateKey, hostKey, dialTimeoutSeconds } = connection;
  const client = new Client();
  let isKnown = true;
  const connected = new Promise<Client>((resolve, reject) => {
    client.once("ready", () => resolve(client));
    client.on("error", (error) =>
      reject(new Error(isKnown ? inGoWords(error, connection) : mismatch, { cause: error })),
    );
    client.once("close", () => reject(new Error("ssh: handshake failed: EOF")));
    signal.addEventListener("abort", () => reject(new Error("canceled")), { once: true });
    client.connect({
      host,
      port,
      username: user,
      ...(privateKey !== undefined && { privateKey }),
      readyTimeout: dialTimeoutSeconds * 1000,
      algorithms: { serverHostKey },
      hostVerifier: (key: Buffer) => (isKnown = hostKey === undefined || isSameKey(hostKey, key)),
    });
  });
  return connected.catch((error: unknown) => {
    client.destroy();
    throw error;
  });
}

const mismatch = "ssh: handshake failed: ssh: host key mismatch";

function isSameKey(expected: string, presented: Buffer): boolean {
  const parsed = ssh2.utils.parseKey(expected);
  return !(parsed instanceof Error) && parsed.getPublicSSH().equals(presented);
}

/** Message of the official plugin, a Go program, for this failure: users find it in that plugin's documentation and issues. */
function inGoWords(error: Error & { code?: string; level?: string }, { host, port }: Connection): string {
  const address = host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
  const failure = socketFailures.get(error.code ?? "");
  if (failure !== undefined) return `dial tcp ${address}: ${failure}`;
  if (error.level === "client-timeout") return `dial tcp ${address}: i/o timeout`;
  if (error.level === "client-authentication") {
    return "ssh: handshake failed: ssh: unable to authenticate, attempted methods [none publickey], no supported methods remain";
  }
  return `ssh: handshake failed: ${error.message}`;
}

const socketFailures = new Map([
  ["ECONNREFUSED", "connect: connection refused"],
  ["EHOSTUNREACH", "connect: no route to host"],
  ["ENETUNREACH", "connect: network is unreachable"],
  ["ETIMEDOUT", "connect: connection timed out"],
  ["ECONNRESET", "read: connection reset by peer"],
  ["ENOTFOUND", "lookup: no such host"],
]);
