import { once } from "node:events";
import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from "node:tls";
import { messageOf } from "../../host/error.ts";

/** Address and port to connect to, and the XMPP domain and kind of stream that are expected there. */
export interface XmppEndpoint {
  readonly address: string;
  readonly port: number;
  /** The XMPP domain: stream's `to`, TLS server name, and the name that the certificate must bear. */
  readonly domain: string;
  readonly kind: "client" | "server";
  /** Time limit of each step. Default: 10,000. */
  readonly timeoutMs?: number;
}

/** Facts about a TLS connection. */
export interface TlsFacts {
  /** Negotiated version, such as `TLSv1.3`. */
  readonly protocol: string;
  /** DNS names in the certificate. */
  readonly names: readonly string[];
  /** SHA-256 of the certificate, 64 hexadecimal digits in lower case. */
  readonly fingerprint: string;
  /** End of the certificate's validity, RFC 3339. */
  readonly validUntil: string;
  /** Reason not to trust the certificate for the server name; undefined: there is none. */
  readonly fault: string | undefined;
}

/** Facts about an XMPP stream over TLS. */
export interface StreamFacts extends TlsFacts {
  /** Features that were offered before STARTTLS; empty with direct TLS. */
  readonly before: string;
  /**
   * Stream that the server opened once encrypted: for a client up to `</stream:features>`, for a server its opening
   * alone.
   */
  readonly answer: string;
}

/**
 * Asks for STARTTLS, which must be offered and required (RFC 6120, section 5), and verifies TLS for the domain. Throws when not;
 * with `rejectUnauthorized: false` a certificate that is not to be trusted is told as a `fault` instead.
 */
export async function probeStarttls(endpoint: XmppEndpoint, options: ConnectionOptions): Promise<StreamFacts> {
  const socket = await open(endpoint);
  try {
    socket.write(streamHeader(endpoint));
    const features = await readUntil(socket, "</stream:features>", limitOf(endpoint));
    if (!/<starttls[^>]*>\s*<required\/>/.test(features)) throw new Error(`STARTTLS is not required: ${features}`);
    socket.write("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
    const answer = await readUntil(socket, "/>", limitOf(endpoint));
    if (!answer.includes("<proceed")) throw new Error(`STARTTLS was refused: ${answer}`);
    return { ...(await encryptedStream(endpoint, { ...options, socket })), before: features };
  } finally {
    socket.destroy();
  }
}

/** Opens TLS from the first byte (XEP-0368) and verifies it for the domain. Throws as {@link probeStarttls} does. */
export async function probeDirectTls(endpoint: XmppEndpoint, options: ConnectionOptions): Promise<StreamFacts> {
  const socket = await open(endpoint);
  try {
    const alpn = { ALPNProtocols: [`xmpp-${endpoint.kind}`] };
    return { ...(await encryptedStream(endpoint, { ...options, ...alpn, socket })), before: "" };
  } finally {
    socket.destroy();
  }
}

/** Shakes hands by TLS with the server name of `options` and says nothing over it. Throws when that is refused. */
export async function tlsHandshake(
  address: string,
  port: number,
  { timeoutMs, ...options }: ConnectionOptions & { readonly timeoutMs?: number },
): Promise<TlsFacts> {
  const socket = connectTls({ ...options, host: address, port });
  try {
    await once(socket, "secureConnect", { signal: AbortSignal.timeout(timeoutMs ?? patientMs) });
    return factsOf(socket);
  } finally {
    socket.destroy();
  }
}

const patientMs = 10_000;

function limitOf({ timeoutMs = patientMs }: XmppEndpoint): number {
  return timeoutMs;
}

type EncryptedStream = Omit<StreamFacts, "before">;

async function encryptedStream(endpoint: XmppEndpoint, options: ConnectionOptions): Promise<EncryptedStream> {
  const encrypted = connectTls({ ...options, servername: endpoint.domain });
  await once(encrypted, "secureConnect", { signal: AbortSignal.timeout(limitOf(endpoint)) });
  encrypted.write(streamHeader(endpoint));
  // A server may want our certificate before it offers anything (RFC 6120, section 13.7.2), and this probe has none.
  const end = endpoint.kind === "client" ? "</stream:features>" : "<stream:stream";
  return { ...factsOf(encrypted), answer: await readUntil(encrypted, end, limitOf(endpoint)) };
}

function factsOf(socket: TLSSocket): TlsFacts {
  const { subjectaltname = "", fingerprint256, valid_to: end } = socket.getPeerCertificate();
  const fault: unknown = socket.authorizationError;
  return {
    protocol: socket.getProtocol() ?? "unknown",
    names: subjectaltname.split(", ").map((name) => name.replace(/^DNS:/, "")),
    fingerprint: fingerprint256.replaceAll(":", "").toLowerCase(),
    validUntil: new Date(end).toISOString(),
    fault: socket.authorized ? undefined : messageOf(fault ?? "not verified"),
  };
}

async function open(endpoint: XmppEndpoint): Promise<Socket> {
  const socket = connectTcp({ host: endpoint.address, port: endpoint.port });
  await once(socket, "connect", { signal: AbortSignal.timeout(limitOf(endpoint)) });
  return socket;
}

function streamHeader({ domain, kind }: XmppEndpoint): string {
  return `<?xml version='1.0'?><stream:stream to='${domain}' version='1.0' xmlns='jabber:${kind}' xmlns:stream='http://etherx.jabber.org/streams'>`;
}

function readUntil(socket: Socket, end: string, timeoutMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const settle = (outcome: () => void): void => {
      clearTimeout(timer);
      socket.off("data", onData).off("error", reject).off("close", onClose);
      outcome();
    };
    const failed = (why: string) => (): void =>
      settle(() => reject(new Error(`${why} before ${end}; it said: ${text}`)));
    const onData = (chunk: Buffer): void => {
      text += chunk.toString("utf8");
      if (text.includes(end)) settle(() => resolve(text));
    };
    const onClose = failed("the server closed the connection");
    const timer = setTimeout(failed("the server fell silent"), timeoutMs);
    socket.on("data", onData).on("error", reject).on("close", onClose);
  });
}
