import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect, Socket } from "node:net";
import { getCACertificates, setDefaultCACertificates, TLSSocket } from "node:tls";
import { type Client, client, xml } from "@xmpp/client";
import { messageOf } from "../../../host/error.ts";

/** Account that logs in, and the server that it logs in at. */
export interface CanaryLogin {
  /** Right side of the JID; the server's certificate must hold it. */
  readonly domain: string;
  /** Left side of the JID. */
  readonly user: string;
  readonly password: string;
  /** Address of the server, for example of a node or of a forwarded port. */
  readonly host: string;
  /** Port of client-to-server streams with STARTTLS. Default: 5222. */
  readonly port?: number;
  /** File with certificate authorities (PEM) to trust beside the usual ones. */
  readonly caBundle?: string | undefined;
  /** Time limit of the connection and of each answer. Default: 20,000. */
  readonly timeoutMs?: number;
}

/** Findings of a login that succeeded. */
export interface LoggedIn {
  /** The full JID that the server bound. */
  readonly jid: string;
  /** End of the served certificate's validity, RFC 3339. */
  readonly certificateValidUntil: string;
}

/** Session of an account that has logged in. Disposing it logs out. */
export interface OpenedSession extends LoggedIn, AsyncDisposable {
  readonly client: Client;
}

/**
 * Logs in as a client does and out again: STARTTLS, the certificate checked for the domain, SASL, resource binding. Throws with
 * what the server or the TLS library said; nothing is sent before TLS is up.
 */
export async function logInAs(login: CanaryLogin): Promise<LoggedIn> {
  await using session = await openSession(login);
  const { jid, certificateValidUntil } = session;
  return { jid, certificateValidUntil };
}

/** Logs in as {@link logInAs} does, and stays. */
export async function openSession(login: CanaryLogin): Promise<OpenedSession> {
  const { domain, user, password, host, port = 5222, caBundle, timeoutMs = patientMs } = login;
  if (caBundle !== undefined) trustAlso(readFileSync(caBundle, "utf8"));
  const address = host.includes(":") ? `[${host}]` : host;
  let validUntil: string | undefined;
  const session = client({
    service: `xmpp://${address}:${port}`,
    domain,
    timeout: timeoutMs,
    credentials: async (authenticate) => {
      validUntil = validityOf(session.socket);
      await authenticate({ username: user, password }, "PLAIN", xml("user-agent"));
    },
  });
  session.reconnect.stop();
  const failed = new Promise<never>((_, reject) => {
    session.on("error", (error: Error) => reject(error));
  });
  const over = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => over.reject(new Error(`no login within ${(1.5 * timeoutMs) / 1000} s`)),
    1.5 * timeoutMs,
  );
  try {
    await reach(host, port, timeoutMs);
    const jid = await Promise.race([session.start(), failed, over.promise]);
    return {
      client: session,
      jid: jid.toString(),
      certificateValidUntil: validUntil ?? "",
      [Symbol.asyncDispose]: async () => {
        await session.stop();
      },
    };
  } catch (error) {
    await end(session);
    const why = messageOf(error);
    throw new Error(`Login of ${user}@${domain} at ${address}:${port} failed: ${why}`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

const patientMs = 20_000;

/** A server that hangs says no goodbye. */
async function end(session: Client): Promise<void> {
  await Promise.race([session.stop(), new Promise((resolve) => setTimeout(resolve, 1000).unref())]);
  const socket: unknown = session.socket;
  if (socket instanceof Socket) socket.destroy();
}

/** Rejects where nothing takes a connection in time: the client itself waits for more than two minutes. */
async function reach(host: string, port: number, timeoutMs: number): Promise<void> {
  const socket = connect(port, host);
  try {
    await once(socket, "connect", { signal: AbortSignal.timeout(timeoutMs) });
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "AbortError") throw error;
    throw new Error(`no answer within ${timeoutMs / 1000} s`, { cause: error });
  } finally {
    socket.destroy();
  }
}

/** Throws where the stream is not encrypted: credentials would be sent in the clear. */
function validityOf(socket: unknown): string {
  const inner: unknown = typeof socket === "object" && socket !== null && "socket" in socket ? socket.socket : socket;
  if (!(inner instanceof TLSSocket)) throw new Error("the server offers no STARTTLS");
  return new Date(inner.getPeerCertificate().valid_to).toISOString();
}

/** The client takes no authorities of its own, so they are this process's. */
function trustAlso(pem: string): void {
  const authorities = pem.match(/-----BEGIN CERTIFICATE-----[^]+?-----END CERTIFICATE-----/g) ?? [];
  setDefaultCACertificates([...new Set([...getCACertificates("default"), ...authorities])]);
}
