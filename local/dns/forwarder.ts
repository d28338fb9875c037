import { randomInt } from "node:crypto";
import { createSocket } from "node:dgram";
import { connect, isIPv6 } from "node:net";
import { messageOf } from "../../host/error.ts";
import { framed, readFrames } from "./framing.ts";

/** Asks outside resolvers what the zones do not know. */
export interface Forwarder {
  /**
   * The first answer that a resolver gives to `query` (a DNS message), its id set to that of `query`. Rejects with a
   * {@link ForwardError} when none answers in time.
   */
  ask(query: Buffer, transport: Transport): Promise<Buffer>;
}

/** Transport of a DNS message. */
export type Transport = "udp" | "tcp";

/** No resolver answered; the message says why for each. */
export class ForwardError extends Error {
  override readonly name = "ForwardError";
}

/** Forwards to `resolvers` (IP addresses, or `address#port`), in that order, each given `timeoutMs`. */
export function createForwarder(resolvers: readonly string[], timeoutMs: number): Forwarder {
  return {
    async ask(query, transport) {
      const failures: string[] = [];
      for (const resolver of resolvers) {
        try {
          return await askOne(query, endpoint(resolver), { transport, timeoutMs });
        } catch (error) {
          failures.push(`${resolver}: ${messageOf(error)}`);
        }
      }
      throw new ForwardError(failures.length === 0 ? "no outside resolver is configured" : failures.join("; "));
    },
  };
}

interface Endpoint {
  readonly address: string;
  readonly port: number;
}

function endpoint(resolver: string): Endpoint {
  const [address = "", port] = resolver.split("#");
  return { address, port: port === undefined ? 53 : Number(port) };
}

async function askOne(
  query: Buffer,
  to: Endpoint,
  { transport, timeoutMs }: { transport: Transport; timeoutMs: number },
): Promise<Buffer> {
  // An id and a port of our own: an answer is taken only from whoever saw the question.
  const id = randomInt(0x10000);
  const question = Buffer.from(query);
  question.writeUInt16BE(id, 0);
  const isAnswer = (message: Buffer) => message.length >= 12 && message.readUInt16BE(0) === id;
  const answer = await (transport === "udp" ? askByUdp : askByTcp)(question, to, { isAnswer, timeoutMs });
  const own = Buffer.from(answer);
  own.writeUInt16BE(query.readUInt16BE(0), 0);
  return own;
}

interface Waiting {
  readonly isAnswer: (message: Buffer) => boolean;
  readonly timeoutMs: number;
}

function askByUdp(question: Buffer, to: Endpoint, { isAnswer, timeoutMs }: Waiting): Promise<Buffer> {
  const socket = createSocket(isIPv6(to.address) ? "udp6" : "udp4");
  let timer: NodeJS.Timeout | undefined;
  const answer = new Promise<Buffer>((resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${timeoutMs} ms`)), timeoutMs);
    socket.on("error", reject);
    socket.on("message", (message) => {
      if (isAnswer(message)) resolve(message);
    });
    // Connected, so that only that resolver's answers come in, and "port unreachable" is noticed at once.
    socket.connect(to.port, to.address, () => socket.send(question));
  });
  return answer.finally(() => {
    clearTimeout(timer);
    socket.close();
  });
}

function askByTcp(question: Buffer, to: Endpoint, { isAnswer, timeoutMs }: Waiting): Promise<Buffer> {
  const socket = connect(to.port, to.address);
  const answer = new Promise<Buffer>((resolve, reject) => {
    socket.setTimeout(timeoutMs, () => reject(new Error(`no answer in ${timeoutMs} ms`)));
    socket.on("error", reject);
    socket.on("close", () => reject(new Error("closed the connection without an answer")));
    readFrames(socket, (message) => {
      if (isAnswer(message)) resolve(message);
    });
    socket.write(framed(question));
  });
  return answer.finally(() => socket.destroy());
}
