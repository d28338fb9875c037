import { once } from "node:events";
import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from "node:tls";

/** Address and port to connect to, and the XMPP domain and kind of stream that are expected there. */
export interface XmppEndpoint {
  readonly address: string;
  readonly port: number;
  /** The XMPP domain: stream's `to`, TLS server name, and the name that the certificate must bear. */
  readonly domain: string;
  readonly kind: "client" | "server";
}

/** Facts about a TLS connection that was verified. */
export interface TlsFacts {
  readonly protocol: string;
  /** DNS names in the certificate. */
  readonly names: readonly string[];
  /**
   * Stream that the server opened once encrypted: for a client up to `</stream:features>`, for a server its opening
   * alone.
   */
  readonly answer: string;
}

/** `<starttls/>` is offered and required, then TLS is verified for the domain (RFC 6120 section 5); throws when not. */
export async function probeStarttls(endpoint: XmppEndpoint, options: ConnectionOptions): Promise<TlsFacts> {
  const socket = await open(endpoint);
  try {
    socket.write(streamHeader(endpoint));
    const features = await readUntil(socket, "</stream:features>");
    if (!/<starttls[^>]*>\s*<required\/>/.test(features)) throw new Error(`STARTTLS is not required: ${features}`);
    socket.write("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
    const answer = await readUntil(socket, "/>");
    if (!answer.includes("<proceed")) throw new Error(`STARTTLS was refused: ${answer}`);
    return await encryptedStream(endpoint, { ...options, socket });
  } finally {
    socket.destroy();
  }
}

/** TLS from the first byte (XEP-0368), verified for the domain; throws when not. */
export async function probeDirectTls(endpoint: XmppEndpoint, options: ConnectionOptions): Promise<TlsFacts> {
  const socket = await open(endpoint);
  try {
    return await encryptedStream(endpoint, { ...options, socket, ALPNProtocols: [`xmpp-${endpoint.kind}`] });
  } finally {
    socket.destroy();
  }
}

/** TLS with the server name given and nothing said over it; resolves to the negotiated version, throws when refused. */
export async function tlsHandshake(address: string, port: number, options: ConnectionOptions): Promise<string> {
  const socket = connectTls({ ...options, host: address, port });
  try {
    await once(socket, "secureConnect", { signal: AbortSignal.timeout(timeoutMs) });
    return socket.getProtocol() ?? "unknown";
  } finally {
    socket.destroy();
  }
}

const timeoutMs = 10_000;

async function encryptedStream(endpoint: XmppEndpoint, options: ConnectionOptions): Promise<TlsFacts> {
  const encrypted = connectTls({ ...options, servername: endpoint.domain });
  await once(encrypted, "secureConnect", { signal: AbortSignal.timeout(timeoutMs) });
  encrypted.write(streamHeader(endpoint));
  // A server may want our certificate before it offers anything (RFC 6120, section 13.7.2), and this probe has none.
  const answer = await readUntil(encrypted, endpoint.kind === "client" ? "</stream:features>" : "<stream:stream");
  return { protocol: encrypted.getProtocol() ?? "unknown", names: certificateNames(encrypted), answer };
}

function certificateNames(socket: TLSSocket): string[] {
  const names = socket.getPeerCertificate().subjectaltname ?? "";
  return names.split(", ").map((name) => name.replace(/^DNS:/, ""));
}

async function open(endpoint: XmppEndpoint): Promise<Socket> {
  const socket = connectTcp({ host: endpoint.address, port: endpoint.port });
  await once(socket, "connect", { signal: AbortSignal.timeout(timeoutMs) });
  return socket;
}

function streamHeader({ domain, kind }: XmppEndpoint): string {
  return `<?xml version='1.0'?><stream:stream to='${domain}' version='1.0' xmlns='jabber:${kind}' xmlns:stream='http://etherx.jabber.org/streams'>`;
}

function readUntil(socket: Socket, end: string): Promise<string> {
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
