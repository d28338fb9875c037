import { z } from "zod";
import { integer } from "./types.ts";

/**
 * Plain settings of how long a network keeps what people leave on it, and of how much one account may leave. Without any of them nothing
 * is deleted, so that an upgrade of this program takes nothing away.
 */
export const dataSettings = {
  archiveKeepDays: keepDays().meta({
    description:
      "Days that messages stay in the archives of people and rooms. 0: as long as the account or the room. " +
      "A day after it is set, what is older is gone for good: `imera-retention show` on a node counts it first.",
    example: 365,
  }),
  offlineKeepDays: keepDays().meta({
    description: "Days that a message waits for somebody who is away. 0: until it is fetched.",
    example: 90,
  }),
  pushKeepDays: keepDays().meta({
    description:
      "Days that a device is woken by push after its last login; one that is logged in is not touched. 0: until it says not to.",
    example: 180,
  }),
  pubsubKeepDays: keepDays().meta({
    description:
      "Days that items stay in the nodes of the pubsub service; the newest of a node stays. What people publish at their own address, " +
      "such as keys, bookmarks and avatars, is not touched. 0: until they are retracted.",
    example: 365,
  }),
  archiveQuotaMiB: mebibytes(0).default(0).meta({
    description:
      "Archive that each account and each room may keep, in MiB. Where it is more, the oldest messages go. 0: without end.",
    example: 500,
  }),
  sendQuotaMiB: mebibytes(1)
    .default(100)
    .meta({
      description:
        "What each account may send in a day to be kept, in MiB: messages, and what it publishes or saves. More is refused, with the " +
        "reason; nothing is deleted. The administrator and the watcher are exempt.",
      example: 20,
    }),
};

/** A number of days, 0 for no end. */
function keepDays() {
  return integer(z.int().min(0).max(3650)).default(0);
}

function mebibytes(least: number) {
  return integer(z.int().min(least).max(1_048_576));
}
