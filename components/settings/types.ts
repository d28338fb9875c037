import { z } from "zod";
import { publicKeyProblem } from "../../host/openssh-key.ts";
import { domainNameProblem } from "../model/domain-name.ts";

/** Makes the schema of a network that may use SSH, in CIDR notation. */
export function operatorNetwork() {
  return z
    .union([z.cidrv4(), z.cidrv6()], { error: "expected a network in CIDR notation, such as 203.0.113.7/32" })
    .refine((network) => !network.endsWith("/0"), { error: "would let everyone try to log in over SSH", abort: true })
    .refine((network) => Number(network.split("/")[1]) >= (network.includes(":") ? 16 : 8), {
      error: "would let a large part of the Internet try to log in over SSH; take networks of yours",
    });
}

/** Makes the schema of the name of a domain, in lower case, two labels or more. */
export function domainName() {
  return z.string().superRefine(refuseNoDomain);
}

/** Makes the schema of the name of a domain, or empty text. */
export function domainNameOrNothing() {
  return z.string().superRefine((name, context) => {
    if (name !== "") refuseNoDomain(name, context);
  });
}

/** Makes the schema of a host name that a certificate can name, or empty text. */
export function hostNameOrNothing() {
  return z.string().regex(/^((?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9])?$/, {
    error: "expected a host name, without https:// and port",
  });
}

function refuseNoDomain(name: string, context: z.RefinementCtx): void {
  const expected = domainNameProblem(name);
  if (expected !== undefined) context.addIssue({ code: "custom", message: expected });
}

/** Makes the schema of a node's key, the first label of its host name. */
export function nodeKey() {
  return z.string().regex(/^(?!..--)[a-z]([a-z0-9-]{0,20}[a-z0-9])?$/, {
    error: "expected at most 22 lower-case letters, digits and hyphens, a letter first, no hyphen last, such as xmpp1",
  });
}

/** Makes the schema of an ed25519 public key, as one line of OpenSSH. */
export function sshPublicKey() {
  return z.string().refine((line) => line.startsWith("ssh-ed25519 ") && publicKeyProblem(line) === undefined, {
    error: "expected an ed25519 public key, as npm run stack -- new STACK makes it",
  });
}

/** Makes the schema of an operator's public key, as one line of OpenSSH. */
export function operatorKey() {
  return z.string().superRefine((line, context) => {
    const expected = publicKeyProblem(line);
    if (expected !== undefined) context.addIssue({ code: "custom", message: expected });
  });
}

const findingExpected = { error: "expected the id of a finding as npm run doctor shows it, such as caa-universal-ssl" };
const reasonExpected = { error: "expected why it is accepted, for whoever reads it later" };

/** Makes the schema of a finding of the doctor's that is accepted for a time. */
export function acceptedFinding() {
  return z.strictObject({
    finding: z.string(findingExpected).regex(/^[a-z0-9][a-z0-9-]*(:.+)?$/, findingExpected),
    reason: z.string(reasonExpected).trim().min(1, reasonExpected),
    until: lastDay(),
  });
}

const tokenExpected = { error: "expected what you call the token, such as DigitalOcean; never the token itself" };

/** Makes the schema of a token of the operator's, by a name, with the last day on which it works. */
export function tokenEnd() {
  return z.strictObject({
    token: z.string(tokenExpected).regex(/^[A-Za-z][A-Za-z0-9 .-]{0,29}$/, tokenExpected),
    until: lastDay(),
  });
}

/** Makes the schema of a day, which comes back as `2027-06-30`. */
function lastDay() {
  return z.preprocess(
    (value) => withoutQuotes(value, (day, time) => (time === "00:00:00" ? day : undefined)),
    z.iso.date({ error: "expected the last day, such as 2027-06-30" }),
  );
}

/** Makes the schema of a point in time that has passed, in UTC (RFC 3339, with `Z`), or empty text. */
export function pastTime() {
  const time = z
    .string()
    .regex(/^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z)?$/, {
      error: "expected a time in UTC, such as 2026-11-22T10:00:00Z, or nothing",
      abort: true,
    })
    .refine((text) => text === "" || z.iso.datetime().safeParse(text).success, {
      error: "there is no such time",
      abort: true,
    })
    .refine((text) => text === "" || Date.parse(text) <= Date.now(), { error: "has not come yet" });
  return z.preprocess((value) => withoutQuotes(value, (day, hour) => `${day}T${hour}Z`), time);
}

/**
 * Takes a time that stood in the stack's file without quotes, which Pulumi hands over as `2027-06-30 00:00:00 +0000 UTC`, for what was
 * meant. Anything else stays as it is.
 */
function withoutQuotes(value: unknown, meant: (day: string, time: string) => string | undefined): unknown {
  const [, day, time] = (typeof value === "string" && /^(\d{4}-\d\d-\d\d) ([\d:.]+) \+0000 UTC$/.exec(value)) || [];
  return day === undefined || time === undefined ? value : (meant(day, time) ?? value);
}

/** Makes the schema of a whole number, which may arrive as text. */
export function integer(schema: z.ZodInt) {
  return z.preprocess(fromJson, schema);
}

/** Makes the schema of true or false, which may arrive as text. */
export function flag() {
  return z.preprocess(fromJson, z.boolean());
}

/** Makes the schema of a list, which may arrive as JSON text. */
export function list<Item extends z.ZodType>(schema: z.ZodArray<Item>) {
  return z.preprocess(fromJson, schema);
}

/** Makes the schema of a whole number, which may arrive as text, or of empty text. */
export function integerOrNothing(schema: z.ZodInt) {
  return z.preprocess((value) => (value === "" ? "" : fromJson(value)), z.literal("").or(schema));
}

/** Makes the schema of an object, which may arrive as JSON text, or of empty text. */
export function objectOrNothing<Form extends z.ZodType>(form: Form) {
  return z.unknown().transform((value, context): "" | z.output<Form> => {
    if (value === "") return "";
    const parsed = form.safeParse(fromJson(value));
    if (parsed.success) return parsed.data;
    for (const { path, message } of parsed.error.issues) context.addIssue({ code: "custom", path, message });
    return z.NEVER;
  });
}

/** Reads a value, which the engine hands over as text, as JSON. What is no JSON stays text, and the schema says what it expected. */
function fromJson(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}
