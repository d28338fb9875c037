import { createSocket, type Socket as UdpSocket } from "node:dgram";
import { once } from "node:events";
import { createServer, isIPv6, type Server, type Socket as TcpSocket } from "node:net";
import { messageOf } from "../../host/error.ts";
import { createForwarder, type Transport } from "./forwarder.ts";
import { framed, readFrames } from "./framing.ts";
import { createResponder, type Responder } from "./responder.ts";
import type { DnsZone } from "./zone.ts";

/** Options of {@link createDnsServer}. */
export interface DnsServerOptions {
  /** The zones as they are now; asked for at each question, so a change is answered at once. */
  readonly zones: () => readonly DnsZone[];
  /** Resolvers for all other names: IP addresses, or `address#port`. Default: none, other names get SERVFAIL. */
  readonly upstream?: readonly string[];
  /** Names at and below these never go to a resolver outside. Default: {@link specialNames}. */
  readonly neverOutside?: readonly string[];
  /** Time limit for each outside resolver. Default: 2000. */
  readonly upstreamTimeoutMs?: number;
  /** Receives each error with a single message or connection. The server goes on. */
  readonly onProblem: (problem: Error) => void;
}

/** A DNS server that can be made to listen. */
export interface DnsServer extends AsyncDisposable {
  /** Answers UDP and TCP at `address`; port 0 takes a free one. May be called for several addresses. */
  listen(address: string, port: number): Promise<{ address: string; port: number }>;
  /** Resolves when nothing listens any more. */
  close(): Promise<void>;
}

/** Names that have no place in the public DNS (RFC 6761, RFC 6303, RFC 8375), as far as the local cloud meets them. */
const specialNames = [
  "test",
  "example",
  "invalid",
  "localhost",
  "local",
  "onion",
  "internal",
  "home.arpa",
  "10.in-addr.arpa",
  "127.in-addr.arpa",
  "254.169.in-addr.arpa",
  "168.192.in-addr.arpa",
  "c.f.ip6.arpa",
  "d.f.ip6.arpa",
] as const;

/** Makes the DNS server of the local cloud: authority for its zones, resolver for everything else. */
export function createDnsServer(options: DnsServerOptions): DnsServer {
  const { onProblem } = options;
  const respond = createResponder({
    zones: options.zones,
    neverOutside: options.neverOutside ?? specialNames,
    forwarder: createForwarder(options.upstream ?? [], options.upstreamTimeoutMs ?? 2000),
    onProblem,
  });
  const serving = { respond, onProblem };
  const open: (UdpSocket | Server)[] = [];
  const streams = new Set<TcpSocket>();
  const close = async () => {
    for (const stream of streams) stream.destroy();
    await Promise.all(open.splice(0).map(closed));
  };
  return {
    async listen(address, port) {
      const tcp = createServer((stream) => {
        streams.add(stream);
        stream.on("close", () => streams.delete(stream));
        stream.on("error", onProblem);
        serveStream(stream, serving);
      });
      open.push(tcp);
      await bound(tcp, () => tcp.listen(port, address), `TCP port ${port} of ${address}`);
      const bind = tcp.address();
      const actual = bind === null || typeof bind === "string" ? port : bind.port;
      const udp = createSocket(isIPv6(address) ? "udp6" : "udp4");
      open.push(udp);
      udp.on("message", (query, from) => {
        answer(query, "udp", serving, (message) => udp.send(message, from.port, from.address));
      });
      await bound(udp, () => udp.bind(actual, address), `UDP port ${actual} of ${address}`);
      udp.on("error", onProblem);
      return { address, port: actual };
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

interface Serving {
  readonly respond: Responder;
  readonly onProblem: (problem: Error) => void;
}

function answer(query: Buffer, transport: Transport, serving: Serving, send: (message: Buffer) => void): void {
  serving
    .respond(query, transport)
    .then((message) => {
      if (message !== undefined) send(message);
    })
    // Sending fails when the socket is closed while an outside resolver is waited for.
    .catch((error: unknown) => serving.onProblem(error instanceof Error ? error : new Error(String(error))));
}

const idleStreamMs = 10_000;

function serveStream(stream: TcpSocket, serving: Serving): void {
  stream.setTimeout(idleStreamMs, () => stream.end());
  readFrames(stream, (query) => {
    answer(query, "tcp", serving, (message) => {
      if (stream.writable) stream.write(framed(message));
    });
  });
}

async function bound(socket: UdpSocket | Server, start: () => void, what: string): Promise<void> {
  const listening = once(socket, "listening");
  start();
  try {
    await listening;
  } catch (cause) {
    const reason = messageOf(cause);
    throw new Error(
      `The DNS server cannot listen on ${what}: ${reason}. End what else listens there, or choose another run number.`,
      { cause },
    );
  }
}

function closed(socket: UdpSocket | Server): Promise<void> {
  return new Promise((resolve, reject) => {
    if (!("listening" in socket)) return socket.close(resolve);
    socket.close((error) => (error === undefined || !socket.listening ? resolve() : reject(error)));
  });
}
