import { createInterface } from "node:readline";
import { notYet, waitUntil } from "../../../host/wait-until.ts";
import type { ClientMachine } from "../client-machine.ts";
import { accountNamed, numberedRecipient, numberedSender } from "../clients/fill/plan.ts";
import { type NumberedEvent, numberedEvent, type NumberedOrder } from "../clients/numbered/protocol.ts";
import { clientProgram, trustTheMachines } from "./client-program.ts";
import type { FillingRecord } from "./filling-record.ts";
import type { Acknowledged } from "./ledger.ts";

/** A client that sends a numbered message every 200 ms, through whatever happens to the network. */
export interface NumberedClient extends AsyncDisposable {
  /** All that it told so far. */
  readonly events: readonly NumberedEvent[];
  /** Resolves when the server has acknowledged this many messages more than now. */
  acknowledges(count: number, timeoutMs: number): Promise<void>;
  /** Sends no more, waits for the last acknowledgement and resolves to all that were acknowledged, by their text. */
  finish(): Promise<Acknowledged[]>;
}

const intervalMs = 200;
/** Rate at which a {@link NumberedClient} sends. */
export const messagesPerSecond = 1000 / intervalMs;
const limitSeconds = 900;

/** Starts it, with a label of its own before its numbers, and resolves when the first messages are acknowledged. */
export async function numberedMessages(
  machine: ClientMachine,
  filling: FillingRecord,
  label: string,
): Promise<NumberedClient> {
  const options = { environment: trustTheMachines, timeoutMs: (limitSeconds + 10) * 1000 };
  const subprocess = machine.run(process.execPath, [clientProgram("numbered-messages.ts")], options);
  const events: NumberedEvent[] = [];
  createInterface(subprocess.stdout).on("line", (line) => events.push(numberedEvent.parse(JSON.parse(line))));
  const ended = subprocess.then(() => "ended");
  // Told by whoever waits for it.
  ended.catch(() => "failed");
  const order: NumberedOrder = {
    from: accountNamed(filling, numberedSender),
    to: accountNamed(filling, numberedRecipient),
    label: `${label} ${Date.now()}`,
    intervalMs,
    limitSeconds,
  };
  subprocess.stdin.write(`${JSON.stringify(order)}\n`);
  const acknowledged = (): Acknowledged[] => events.filter((event) => event.event === "acknowledged");
  const client: NumberedClient = {
    events,
    acknowledges: async (count, timeoutMs) => {
      const wanted = acknowledged().length + count;
      const probe = () => {
        const got = acknowledged().length;
        return got >= wanted ? { value: true } : notYet(`${got} of ${wanted}; ${lastOf(events)}`);
      };
      await waitUntil({ what: `${count} more acknowledgements`, probe, intervalMs: 50, timeoutMs });
    },
    finish: async () => {
      subprocess.stdin.end();
      await ended;
      return acknowledged();
    },
    [Symbol.asyncDispose]: async () => {
      if (subprocess.exitCode !== null) return;
      subprocess.kill();
      await ended.catch(() => "killed");
    },
  };
  await client.acknowledges(5, 60_000);
  return client;
}

function lastOf(events: readonly NumberedEvent[]): string {
  return `last event: ${JSON.stringify(events.at(-1))}`;
}
