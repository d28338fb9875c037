import { once } from "node:events";
import { createInterface } from "node:readline";
import { notYet, waitUntil } from "../../../host/wait-until.ts";
import { type NumberedEvent, numberedOrder } from "./numbered/protocol.ts";
import { NumberedRecipient } from "./numbered/recipient.ts";
import { NumberedSender } from "./numbered/sender.ts";

/**
 * One account sends a numbered message to another at each interval and tells which of them the server acknowledged
 * (XEP-0198). It goes on through whatever happens to the server, and sends again what no acknowledgement came for. When its
 * input ends it sends no more, and ends once the server has acknowledged everything, or at its time limit with exit code 2.
 *
 * Standard input: a NumberedOrder as one line of JSON. Standard output: one NumberedEvent a line, as JSON.
 */
async function main(): Promise<void> {
  const input = createInterface(process.stdin);
  const ended = once(input, "close");
  const [line] = (await once(input, "line")) as [string];
  const order = numberedOrder.parse(JSON.parse(line));
  setTimeout(() => process.exit(2), order.limitSeconds * 1000).unref();
  const tell = (event: NumberedEvent): void => void process.stdout.write(`${JSON.stringify(event)}\n`);
  const sender = new NumberedSender(order, tell);
  const recipient = new NumberedRecipient(order, tell);
  sender.start();
  recipient.start();
  await ended;
  sender.stop();
  await waitUntil({
    what: "the acknowledgement of all messages",
    probe: () => (sender.isAcknowledged ? { value: true } : notYet("some are missing")),
    intervalMs: 100,
    timeoutMs: order.limitSeconds * 1000,
  });
  await Promise.all([sender.close(), recipient.close()]);
  process.exit(0);
}

await main();
