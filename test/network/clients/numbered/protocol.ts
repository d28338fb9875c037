import { z } from "zod";

/** Schema of the order to the client of numbered messages, the first line of its standard input. */
export const numberedOrder = z.object({
  from: z.object({ jid: z.string(), password: z.string() }),
  to: z.object({ jid: z.string(), password: z.string() }),
  /** Stands before each number, so that a message is known by its text alone. */
  label: z.string(),
  intervalMs: z.number(),
  /** Time after which the client ends, whatever happens. */
  limitSeconds: z.number(),
});
/** Order to the client of numbered messages. */
export type NumberedOrder = z.infer<typeof numberedOrder>;

/** Schema of an event that the client of numbered messages tells, one a line; times are milliseconds since 1970. */
export const numberedEvent = z.discriminatedUnion("event", [
  z.object({ event: z.enum(["opened", "resumed", "lost"]), who: z.enum(["sender", "recipient"]), at: z.number() }),
  z.object({ event: z.literal("acknowledged"), body: z.string(), at: z.number() }),
  z.object({ event: z.literal("received"), body: z.string(), at: z.number() }),
]);
/** Event that the client of numbered messages tells; times are milliseconds since 1970. */
export type NumberedEvent = z.infer<typeof numberedEvent>;
