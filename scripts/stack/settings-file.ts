import { isMap, isScalar, parse, parseDocument, stringify, type Pair } from "yaml";
import type { PlainValue } from "../../toolchain/engine/stack-config.ts";

/** Settings to put into the text of a stack's file. */
export interface FileSettings {
  /** By full name, such as `imera:domain`. */
  readonly plain: Readonly<Record<string, PlainValue>>;
  /** Encrypted values as the CLI writes them, by full name. */
  readonly encrypted: Readonly<Record<string, string>>;
  /** What decrypts them, such as `encryptionsalt`: values of the file's own, beside `config`. */
  readonly keys: Readonly<Record<string, string>>;
}

/**
 * Puts settings into the text of a stack's file: each where it stands already, else in place of its comment with the default, else
 * at the end of `config`. All other lines stay as they are. Throws where the text has no `config`.
 */
export function withSettings(text: string, { plain, encrypted, keys }: FileSettings): string {
  const settings = [
    ...Object.entries(plain).map(([name, value]) => [name, oneLine(name, value)] as const),
    ...Object.entries(encrypted).map(([name, secure]) => [name, `${name}:\n    secure: ${secure}`] as const),
  ];
  const changed = settings.reduce((current, [name, line]) => withSetting(current, name, line), text);
  const given = topLevel(changed);
  const missing = Object.entries(keys).filter(([name]) => !(name in given));
  return [changed.trimEnd(), "", ...missing.map(([name, value]) => oneLine(name, value)), ""].join("\n");
}

/** Reads what the CLI wrote into a stack's file: encrypted values, and what decrypts them. */
export function readEncrypted(text: string): Pick<FileSettings, "encrypted" | "keys"> {
  const { config, ...others } = topLevel(text);
  const entries = Object.entries(typeof config === "object" && config !== null ? config : {});
  return {
    encrypted: Object.fromEntries(
      entries.flatMap(([name, value]: [string, unknown]) =>
        typeof value === "object" && value !== null && "secure" in value ? [[name, String(value.secure)]] : [],
      ),
    ),
    keys: Object.fromEntries(Object.entries(others).map(([name, value]) => [name, String(value)])),
  };
}

function topLevel(text: string): Record<string, unknown> {
  const content: unknown = parse(text);
  return typeof content === "object" && content !== null ? { ...content } : {};
}

function oneLine(name: string, value: PlainValue): string {
  const flow = stringify(value, { collectionStyle: "flow", lineWidth: 0, flowCollectionPadding: false });
  return `${name}: ${flow.trim()}`;
}

function withSetting(text: string, name: string, line: string): string {
  const pairs = configPairs(text);
  const pair = pairs.find(({ key }) => isScalar(key) && key.value === name);
  if (pair !== undefined) return replaced(text, startOf(pair), endOf(text, pair), line);
  const comment = new RegExp(`^  # ${name}:.*$`, "m").exec(text);
  if (comment !== null) return replaced(text, comment.index, comment.index + comment[0].length, `  ${line}`);
  const last = pairs.at(-1);
  if (last === undefined) throw new Error("the stack's file has no settings under config:");
  const end = endOf(text, last);
  return replaced(text, end, end, `\n  ${line}`);
}

function configPairs(text: string): Pair[] {
  const config = parseDocument(text).get("config");
  return isMap(config) ? config.items : [];
}

function startOf({ key }: Pair): number {
  return rangeOf(key)[0];
}

/** End of the value, without the line breaks and comments after it. */
function endOf(text: string, { key, value }: Pair): number {
  return text.slice(0, rangeOf(value ?? key)[1]).trimEnd().length;
}

function rangeOf(node: unknown): readonly [number, number, number] {
  if (typeof node === "object" && node !== null && "range" in node && Array.isArray(node.range)) {
    return node.range as [number, number, number];
  }
  throw new Error("the stack's file: a setting has no place in the text");
}

function replaced(text: string, from: number, to: number, by: string): string {
  return `${text.slice(0, from)}${by}${text.slice(to)}`;
}
