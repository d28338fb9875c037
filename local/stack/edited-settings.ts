import { isDeepStrictEqual } from "node:util";
import { readFile, writeFile } from "node:fs/promises";
import { parse, parseDocument } from "yaml";
import { z } from "zod";
import { fullName } from "../../components/settings/names.ts";
import { messageOf } from "../../host/error.ts";
import { localCommandLine } from "../../host/terminal/advice.ts";
import { readIfThere } from "../../host/read-if-there.ts";
import { replaceFile } from "../../host/replace-file.ts";

/** Settings of a stack's file, by full name. */
export type FileSettings = Readonly<Record<string, unknown>>;

/** Change of one setting; undefined stands for the default. */
export interface SettingChange {
  readonly name: string;
  readonly from: unknown;
  readonly to: unknown;
}

/** Settings that were taken over from an edited file. */
export interface TakenSettings {
  readonly changes: readonly SettingChange[];
  /** Names of settings in the file that the local cloud sets itself. */
  readonly ignored: readonly string[];
}

/** Absolute paths of the files that settings are taken over by. */
export interface SettingsPlaces {
  /** File that people edit. */
  readonly edited: string;
  /** File of the stack, which has secrets and settings of its own beside those of `edited`. */
  readonly stack: string;
  /** Record of what `edited` held when it was last looked at. */
  readonly taken: string;
  /** Number of the local cloud that the stack is in. */
  readonly runNumber: number;
}

/** Reads the settings of a stack's file. Throws with the file's name and what is wrong where it holds none. */
export async function readSettingsFile(path: string): Promise<FileSettings> {
  const content = await readFile(path, "utf8");
  try {
    const { config } = z.object({ config: z.record(z.string(), z.unknown()).nullish() }).parse(parse(content) ?? {});
    return Object.fromEntries(Object.entries(config ?? {}).map(([name, value]) => [fullName(name), value]));
  } catch (error) {
    const why =
      error instanceof z.ZodError ? 'its settings have to stand below "config:", one a line' : messageOf(error);
    throw new Error(`${path} cannot be read: ${why}`, { cause: error });
  }
}

/**
 * Takes what was edited since the last look over into the stack's file, what was removed too. `own` are the names of settings
 * that the local cloud sets itself: these stay, and so does what was set in the stack's file alone.
 */
export async function takeSettings(places: SettingsPlaces, own: ReadonlySet<string>): Promise<TakenSettings> {
  const now = await readSettingsFile(places.edited);
  const present = await readSettingsFile(places.stack);
  const before = await readTaken(places.taken);
  const changes = edits({ before: before ?? present, now, present }).filter(
    // Of a stack from before the record, nobody knows what was removed.
    ({ name, to }) => !own.has(name) && (before !== undefined || to !== undefined),
  );
  refuseAnotherDomain(changes, places.runNumber);
  if (changes.length > 0) await write(places.stack, changes);
  await writeFile(places.taken, JSON.stringify(now), { mode: 0o600 });
  return { changes, ignored: Object.keys(now).filter((name) => own.has(name)) };
}

/** Accounts belong to a domain: another one is another network. */
function refuseAnotherDomain(changes: readonly SettingChange[], runNumber: number): void {
  const domain = changes.find(({ name, from }) => name === "imera:domain" && from !== undefined);
  if (domain === undefined) return;
  throw new Error(
    `imera:domain: the accounts of this network are those of ${String(domain.from)}, and it cannot become ` +
      `${String(domain.to)}. Take the network down first (${localCommandLine(runNumber, "down")}), or set the domain back.`,
  );
}

interface Edited {
  readonly before: FileSettings;
  readonly now: FileSettings;
  /** Settings of the stack's file. */
  readonly present: FileSettings;
}

function edits({ before, now, present }: Edited): SettingChange[] {
  return [...new Set([...Object.keys(before), ...Object.keys(now)])]
    .filter((name) => !isSame(before[name], now[name]))
    .map((name) => ({ name, from: present[name], to: now[name] }))
    .filter(({ from, to }) => !isSame(from, to));
}

/** The CLI writes numbers and truth values as text. */
function isSame(one: unknown, other: unknown): boolean {
  return isDeepStrictEqual(asText(one), asText(other));
}

function asText(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asText);
  return typeof value === "number" || typeof value === "boolean" ? String(value) : value;
}

async function readTaken(path: string): Promise<FileSettings | undefined> {
  const content = await readIfThere(path);
  return content === undefined ? undefined : z.record(z.string(), z.unknown()).parse(JSON.parse(content));
}

async function write(path: string, changes: readonly SettingChange[]): Promise<void> {
  const document = parseDocument(await readFile(path, "utf8"));
  for (const { name, to } of changes) {
    if (to === undefined) document.deleteIn(["config", name]);
    else document.setIn(["config", name], to);
  }
  await replaceFile(path, document.toString({ lineWidth: 0 }));
}

/** Says what was taken over from the file `name`, a line each; undefined where nothing was. */
export function describeTaken({ changes, ignored }: TakenSettings, name: string): string | undefined {
  const lines = [
    ...changes.map((change) => `  ${change.name}: ${valueText(change.from)} → ${valueText(change.to)}`),
    ...ignored.map((setting) => `  ${setting} is the local cloud's own: what ${name} has is not used`),
  ];
  return lines.length === 0 ? undefined : [`From ${name}:`, ...lines].join("\n");
}

function valueText(value: unknown): string {
  return value === undefined ? "default" : typeof value === "string" ? value : JSON.stringify(value);
}
