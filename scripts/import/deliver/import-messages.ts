import type { ArchivedMessage } from "../model/history.ts";
import { newProgress } from "../report/progress.ts";
import type { ArchivedCounts, NodeImport } from "./node-import.ts";

/**
 * Archives messages, `most` at most, which come owner by owner, oldest first. Each batch is one transaction, and the next one is made
 * while the node writes. Resolves to how many of those that count are in the archive then.
 */
export async function importMessages(
  node: NodeImport,
  messages: Iterable<ArchivedMessage>,
  most: number,
  report: (detail: string) => void,
): Promise<ArchivedCounts> {
  const total = { roomMessages: 0, messages: 0 };
  const progress = newProgress(most);
  let sent = 0;
  const send = async (batch: readonly ArchivedMessage[]) => {
    const { roomMessages, messages } = await node.archive(batch);
    total.roomMessages += roomMessages;
    total.messages += messages;
    sent += batch.length;
    report(progress(sent));
  };
  const underWay: Promise<void>[] = [];
  for (const batch of batchesOf(messages)) {
    const sending = send(batch);
    // The first that fails is waited for below; all behind it fail with it.
    sending.catch(() => undefined);
    underWay.push(sending);
    if (underWay.length > mostWaiting) await underWay.shift();
  }
  await Promise.all(underWay);
  return total;
}

const mostWaiting = 1;

/** Cuts messages into batches of some thousand, and never between two of one owner at one millisecond. */
export function* batchesOf(messages: Iterable<ArchivedMessage>, size = 4000): Generator<ArchivedMessage[]> {
  let batch: ArchivedMessage[] = [];
  for (const message of messages) {
    const last = batch.at(-1);
    if (batch.length >= size && (last?.owner !== message.owner || last.ms !== message.ms)) {
      yield batch;
      batch = [];
    }
    batch.push(message);
  }
  if (batch.length > 0) yield batch;
}
