import { z } from "zod";

/**
 * Schema of the answer of the program that fills a network: its uploads, and the seconds that each part took, by name.
 */
export const filled = z.object({
  uploads: z.array(z.object({ url: z.string(), sizeBytes: z.number(), sha256: z.string() })),
  seconds: z.record(z.string(), z.number()),
});

/** Schema of the record of a filling: enough to log in as any of its accounts. */
export const fillingRecord = filled.extend({ domain: z.string(), seed: z.string() });
/** Record of a filling: enough to log in as any of its accounts. */
export type FillingRecord = z.infer<typeof fillingRecord>;
