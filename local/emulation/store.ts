import { mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";
import { messageOf } from "../../host/error.ts";
import { replaceFile } from "../../host/replace-file.ts";

/**
 * Durable state of one run of the local cloud: named collections of records, each with a string key. Reads and changes are
 * synchronous and in memory; `flush` makes them durable and is awaited before a change is answered.
 */
export interface Store {
  /**
   * The collection `name`, its records as `schema` reads them. Throws a {@link StoreError} when a stored record does not fit
   * the schema, or when the collection has been opened before.
   */
  collection<T>(name: string, schema: z.ZodType<T>): Collection<T>;
  /** Resolves when every change made before the call is on disk; rejects with a {@link StoreError} when it cannot be. */
  flush(): Promise<void>;
}

/** Records of one kind, in the order in which their keys were first put. Records are values: change one by putting another. */
export interface Collection<T> {
  get(key: string): T | undefined;
  all(): T[];
  /** Stores `record` and returns it; throws a ZodError when it does not fit the schema. */
  put(key: string, record: T): T;
  /** Deletes the record under `key`. Returns true when there was one. */
  delete(key: string): boolean;
}

/** The state file cannot be read, or cannot be written. The message names the file and what to do. */
export class StoreError extends Error {
  override readonly name = "StoreError";
}

/**
 * Opens the state file at `path` (JSON, mode 0600, replaced atomically), or starts empty when there is none. Throws a
 * {@link StoreError} when the file is there but is not a state file: a damaged file is never taken for an empty one.
 */
export function openStore(path: string): Store {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  return createStore(readState(path), path, (text) => replaceFile(path, text));
}

/** Makes a store without a file, for tests. */
export function memoryStore(): Store {
  return createStore({}, "memory", () => Promise.resolve());
}

/** Pairs, not an object: an object would move keys that look like numbers to the front. */
type Raw = Record<string, [string, unknown][]>;

const stateFile = z.strictObject({
  version: z.literal(1),
  collections: z.record(z.string(), z.array(z.tuple([z.string(), z.unknown()]))),
});

function createStore(raw: Raw, source: string, write: (text: string) => Promise<void>): Store {
  const opened = new Map<string, Map<string, unknown>>();
  let changed = false;
  let writing: Promise<void> | undefined;

  const serialise = () => {
    const live = [...opened].map(([name, records]) => [name, [...records]] as const);
    return JSON.stringify({ version: 1, collections: { ...raw, ...Object.fromEntries(live) } });
  };
  const writeOnce = async () => {
    changed = false;
    try {
      await write(serialise());
    } catch (cause) {
      changed = true;
      throw new StoreError(
        `Cannot write the state file ${source}: ${reason(cause)}. Free space there, then try again.`,
        {
          cause,
        },
      );
    } finally {
      writing = undefined;
    }
  };
  return {
    collection(name, schema) {
      if (opened.has(name)) throw new StoreError(`Collection ${name} of ${source} has been opened before.`);
      const records = loadRecords(name, schema, raw[name] ?? [], source);
      opened.set(name, records);
      return openCollection(records, schema, () => (changed = true));
    },
    async flush() {
      // A write that is under way may have begun before the caller's change: wait for it, then write what is left.
      // Its own callers are told of its failure.
      while (writing !== undefined) await Promise.allSettled([writing]);
      if (!changed) return;
      writing = writeOnce();
      await writing;
    },
  };
}

function loadRecords<T>(
  name: string,
  schema: z.ZodType<T>,
  stored: [string, unknown][],
  source: string,
): Map<string, T> {
  const records = new Map<string, T>();
  for (const [key, value] of stored) {
    const parsed = schema.safeParse(value);
    if (!parsed.success) throw new StoreError(unreadable(source, `${name}/${key}: ${z.prettifyError(parsed.error)}`));
    records.set(key, parsed.data);
  }
  return records;
}

function openCollection<T>(records: Map<string, T>, schema: z.ZodType<T>, onChange: () => void): Collection<T> {
  return {
    get: (key) => records.get(key),
    all: () => [...records.values()],
    put(key, record) {
      const parsed = schema.parse(record);
      records.set(key, parsed);
      onChange();
      return parsed;
    },
    delete(key) {
      const existed = records.delete(key);
      if (existed) onChange();
      return existed;
    },
  };
}

function readState(path: string): Raw {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return {};
    throw new StoreError(unreadable(path, reason(cause)), { cause });
  }
  try {
    return stateFile.parse(JSON.parse(text)).collections;
  } catch (cause) {
    throw new StoreError(unreadable(path, reason(cause)), { cause });
  }
}

function unreadable(path: string, why: string): string {
  return (
    `Cannot read the state file ${path}: ${why}\n` +
    "It says what runs in the local cloud, so it is not replaced by an empty one. Put a good copy there, or tear the local cloud down, with its number where that is not 1: npm run local -- down --run N"
  );
}

function reason(cause: unknown): string {
  if (cause instanceof z.ZodError) return z.prettifyError(cause);
  return messageOf(cause);
}
