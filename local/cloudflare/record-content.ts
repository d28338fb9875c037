import { isIPv4, isIPv6 } from "node:net";
import { z } from "zod";
import type { RecordType } from "./entities.ts";
import { type CloudflareError, invalidBody, refusal } from "./errors.ts";

/** A record's value as its owner gives it: in one line, or in parts. */
export interface GivenContent {
  readonly content?: string | undefined;
  readonly data?: Readonly<Record<string, string | number>> | undefined;
  readonly priority?: number | undefined;
}

/** A record's value as it is kept. */
export interface RecordContent {
  readonly content: string;
  readonly data?: Record<string, string | number>;
  readonly priority?: number;
}

/**
 * Checks a record's value and gives it the form in which it is kept. Where both are given, `data` wins over `content`: an
 * update by Pulumi's plugin carries the old content beside the new data. Throws a {@link CloudflareError}.
 */
export function recordContent(type: RecordType, given: GivenContent): RecordContent {
  switch (type) {
    case "SRV":
      return serviceContent(given);
    case "CAA":
      return structuredContent(given, caaData, ({ flags, tag, value }) => `${flags} ${tag} "${value}"`, parseCaa);
    case "TLSA":
      return structuredContent(given, tlsaData, tlsaLine, parseTlsa);
    case "MX":
      if (given.priority === undefined) throw invalidBody(["priority: an MX record needs one"]);
      return { content: simpleContent(type, given), priority: given.priority };
    default:
      return { content: simpleContent(type, given) };
  }
}

/** A host name without its final dot, lower case, or undefined when `text` is none. Underscores are allowed. */
export function hostName(text: string): string | undefined {
  const name = text.toLowerCase().replace(/\.$/, "");
  const labels = name.split(".");
  const fine = name.length <= 253 && labels.every((label) => /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label));
  return fine ? name : undefined;
}

const longestTxt = 2048;

function simpleContent(type: Exclude<RecordType, "SRV" | "CAA" | "TLSA">, { content }: GivenContent): string {
  if (content === undefined || content === "") throw badContent(type, "is required");
  switch (type) {
    case "A":
      if (!isIPv4(content)) throw badContent(type, "must be a valid IPv4 address");
      return content;
    case "AAAA":
      if (!isIPv6(content) || content.includes("%")) throw badContent(type, "must be a valid IPv6 address");
      return content;
    case "TXT":
      if (content.length > longestTxt) throw badContent(type, `must not be longer than ${longestTxt} characters`);
      return content;
    default:
      return target(type, content);
  }
}

function target(type: RecordType, text: string): string {
  const name = hostName(text);
  if (name === undefined) throw badContent(type, "must be a valid host name");
  return name;
}

function badContent(type: RecordType, rule: string): CloudflareError {
  return refusal(400, 9005, `Content for ${type} record ${rule}.`);
}

const integer = (max: number) => z.coerce.number().int().min(0).max(max);
const serviceData = z.strictObject({
  priority: integer(65535).optional(),
  weight: integer(65535),
  port: integer(65535),
  target: z.string(),
});
const caaData = z.strictObject({
  flags: integer(255),
  tag: z.enum(["issue", "issuewild", "iodef"]),
  // A quotation mark would end the value in the zone's text form.
  value: z
    .string()
    .min(1)
    .regex(/^[^"\\]*$/),
});
const tlsaData = z.strictObject({
  usage: integer(3),
  selector: integer(1),
  matching_type: integer(2),
  certificate: z.string().regex(/^([0-9a-fA-F]{2})+$/, "must be an even number of hex digits"),
});

function serviceContent(given: GivenContent): RecordContent {
  const data = given.data ?? parsed(given.content, /^(?<weight>\d+)\s+(?<port>\d+)\s+(?<target>\S+)$/, "SRV");
  const service = checkedData(serviceData, data);
  const priority = service.priority ?? given.priority;
  if (priority === undefined) throw invalidBody(["data.priority: an SRV record needs one"]);
  // RFC 2782: a target of "." says that the service is decidedly not there.
  const host = service.target === "." ? "." : target("SRV", service.target);
  return { content: `${service.weight} ${service.port} ${host}`, data: { ...data, priority }, priority };
}

function structuredContent<T>(
  given: GivenContent,
  schema: z.ZodType<T>,
  line: (data: T) => string,
  parse: (content: string | undefined) => Record<string, string>,
): RecordContent {
  const data = given.data ?? parse(given.content);
  return { content: line(checkedData(schema, data)), data: { ...data } };
}

function checkedData<T>(schema: z.ZodType<T>, data: unknown): T {
  const result = schema.safeParse(data);
  if (result.success) return result.data;
  throw invalidBody(result.error.issues.map(({ path, message }) => `data.${path.join(".")}: ${message}`));
}

function tlsaLine(data: z.infer<typeof tlsaData>): string {
  return `${data.usage} ${data.selector} ${data.matching_type} ${data.certificate.toLowerCase()}`;
}

function parseCaa(content: string | undefined): Record<string, string> {
  return parsed(content, /^(?<flags>\d+)\s+(?<tag>\w+)\s+"?(?<value>[^"]*)"?$/, "CAA");
}

function parseTlsa(content: string | undefined): Record<string, string> {
  return parsed(content, /^(?<usage>\d+)\s+(?<selector>\d+)\s+(?<matching_type>\d+)\s+(?<certificate>\S+)$/, "TLSA");
}

function parsed(content: string | undefined, form: RegExp, type: RecordType): Record<string, string> {
  const groups = form.exec(content ?? "")?.groups;
  if (groups === undefined) throw badContent(type, "is invalid, and no data is given");
  return { ...groups };
}
