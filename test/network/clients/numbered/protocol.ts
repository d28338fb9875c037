import { z } from "zod";

/** What the client of numbered messages is told, as the first line of its standard input. */
export const numberedOrder = z.object({
  from: z.object({ jid: z.string(), password: z.string() }),
  to: z.object({ jid: z.string(), password: z.string() }),
  /** Stands before each number, so that a message is known by its text alone. */
  label: z.string(),
  intervalMs: z.number(),
  /** It ends after so long, whatever happens. */
  limitSeconds: z.number(),
});
export type NumberedOrder = z.infer<typeof numberedOrder>;

/** What it tells, one a line; times are milliseconds since 1970. */
export const numberedEvent = z.discriminatedUnion("event", [
  z.object({ event: z.enum(["opened", "resumed", "lost"]), who: z.enum(["sender", "recipient"]), at: z.number() }),
  z.object({ event: z.literal("acknowledged"), body: z.string(), at: z.number() }),
  z.object({ event: z.literal("received"), body: z.string(), at: z.number() }),
]);
export type NumberedEvent = z.infer<typeof numberedEvent>;
