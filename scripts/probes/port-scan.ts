import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect } from "node:net";

/** Result of an attempt at a port: an answer, a refusal, or nothing at all. */
export type PortState = "open" | "refused" | "silent";

/** Tries each TCP port of the address once, `concurrency` at a time; gives the ports that are not silent. */
export async function scanTcp(
  address: string,
  ports: readonly number[],
  options: { readonly concurrency: number; readonly timeoutMs: number },
): Promise<Map<number, PortState>> {
  const answered = new Map<number, PortState>();
  const waiting = ports.values();
  const worker = async (): Promise<void> => {
    for (const port of waiting) {
      const state = await tryTcp(address, port, options.timeoutMs);
      if (state !== "silent") answered.set(port, state);
    }
  };
  await Promise.all(Array.from({ length: options.concurrency }, worker));
  return answered;
}

const nothingHeard: ReadonlySet<unknown> = new Set(["ABORT_ERR", "ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH"]);

/** Tries to connect once. An answer within the time counts, also where this process was too busy to look. */
export async function tryTcp(address: string, port: number, timeoutMs: number): Promise<PortState> {
  const socket = connect({ host: address, port });
  using patience = startPatience(timeoutMs);
  try {
    await once(socket, "connect", patience);
    return "open";
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    // Reset: a listener that ended with the connection in its queue.
    if (code === "ECONNREFUSED" || code === "ECONNRESET") return "refused";
    if (nothingHeard.has(code)) return "silent";
    throw error;
  } finally {
    socket.destroy();
  }
}

/** Starts a signal that aborts when the time is over and what came until then has been looked at. */
function startPatience(timeoutMs: number): { readonly signal: AbortSignal } & Disposable {
  const controller = new AbortController();
  // Node looks at its timers before it looks at its sockets.
  const timer = setTimeout(() => setImmediate(() => controller.abort()), timeoutMs);
  return { signal: controller.signal, [Symbol.dispose]: () => clearTimeout(timer) };
}

/**
 * Sends one datagram. `open`: something answered. `refused`: the packet came through and an ICMP message said that nothing
 * listens. `silent`: neither, so a filter may have dropped it.
 */
export async function tryUdp(address: string, port: number, datagram: Buffer, timeoutMs: number): Promise<PortState> {
  const socket = createSocket("udp4");
  try {
    socket.connect(port, address);
    await once(socket, "connect");
    socket.send(datagram);
    using patience = startPatience(timeoutMs);
    await once(socket, "message", patience);
    return "open";
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ECONNREFUSED") return "refused";
    if (nothingHeard.has(code)) return "silent";
    throw error;
  } finally {
    socket.close();
  }
}
