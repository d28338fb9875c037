import type { Room } from "../model/rooms.ts";
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
