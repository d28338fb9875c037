import type { ArchivedMessage } from "../model/history.ts";
import type { Room } from "../model/rooms.ts";
import { newProgress } from "../report/progress.ts";
import type { Tally } from "../report/tally.ts";
import type { NodeImport } from "./node-import.ts";

/** Writes rooms. Those that are there already stay as they are, and their history stays behind; resolves to all others. */
export async function importRooms(node: NodeImport, rooms: readonly Room[], tally: Tally): Promise<Room[]> {
  const written: Room[] = [];
  for (const room of rooms) {
    const { outcome } = await node.writeRoom(room);
    if (outcome === "left alone") {
      tally.remark(room.name, "rooms: one of that name is there already, and stays as it is");
    } else written.push(room);
  }
  return written;
}

/** Sends messages to the node, `most` at most, then moves them into the archives, owner by owner. Resolves to how many were new there. */
export async function importMessages(
  node: NodeImport,
  messages: Iterable<ArchivedMessage>,
  most: number,
  report: (detail: string) => void,
): Promise<number> {
  let batch: ArchivedMessage[] = [];
  let sent = 0;
  const progress = newProgress(most);
  const send = async () => {
    await node.sendMessages(batch);
    sent += batch.length;
    report(`sending ${progress(sent)}`);
    batch = [];
  };
  for (const message of messages) {
    batch.push(message);
    if (batch.length === batchSize) await send();
  }
  if (batch.length > 0) await send();
  return moveAll(node, report);
}

const batchSize = 500;

async function moveAll(node: NodeImport, report: (detail: string) => void): Promise<number> {
  const owners = await node.owners();
  let added = 0;
  const progress = newProgress(owners.length);
  for (const [index, owner] of owners.entries()) {
    added += await node.archive([owner]);
    report(`archives ${progress(index + 1)}`);
  }
  return added;
}
