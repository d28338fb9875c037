import { z } from "zod";

/** A network that may use SSH, in CIDR notation. */
export function operatorNetwork() {
  return z
    .union([z.cidrv4(), z.cidrv6()], { error: "expected a network in CIDR notation, such as 203.0.113.7/32" })
    .refine((network) => !network.endsWith("/0"), { error: "would let everyone try to log in over SSH" });
}

/** First label of a node's host name. */
export function nodeKey() {
  return z.string().regex(/^[a-z]([a-z0-9-]{0,20}[a-z0-9])?$/, {
    error: "expected lower-case letters, digits and hyphens, a letter first",
  });
}

/** An ed25519 public key, as one line of OpenSSH. */
export function sshPublicKey() {
  return z.string().regex(/^ssh-ed25519 [A-Za-z0-9+/]{68}( \S+)?$/, {
    error: "expected an ed25519 public key; npm run stack -- new makes one",
  });
}

/** A point in time that has passed, in UTC (RFC 3339, with `Z`); or nothing. */
export function pastTime() {
  return z
    .string()
    .regex(/^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z)?$/, {
      error: "expected a time in UTC, such as 2026-11-22T10:00:00Z, or nothing",
      abort: true,
    })
    .refine((time) => time === "" || z.iso.datetime().safeParse(time).success, {
      error: "there is no such time",
      abort: true,
    })
    .refine((time) => time === "" || Date.parse(time) <= Date.now(), { error: "has not come yet" });
}

/** A whole number, which may arrive as text. */
export function integer(schema: z.ZodInt) {
  return z.preprocess(fromJson, schema);
}

/** True or false, which may arrive as text. */
export function flag() {
  return z.preprocess(fromJson, z.boolean());
}

/** A list, which may arrive as JSON text. */
export function list<Item extends z.ZodType>(schema: z.ZodArray<Item>) {
  return z.preprocess(fromJson, schema);
}

/** The engine hands every value over as text; what is no JSON stays text, and the schema says what it expected. */
function fromJson(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}
