import { once } from "node:events";
import { PassThrough } from "node:stream";
import { z } from "zod";
import { pulumiCommandLine } from "../../../host/terminal/advice.ts";
import { runProgram } from "../../network/node/program.ts";
import type { NodeSession } from "../../network/node/ssh.ts";
import type { ArchivedMessage } from "../model/history.ts";
import type { Room } from "../model/rooms.ts";
import type { ScramCredential, ScramHash } from "../model/scram.ts";
import { copyLines } from "./copy-lines.ts";
import type { Person } from "../model/person.ts";
import type { SharedGroup } from "../model/shared-groups.ts";

/** What a node says before anything is written. */
export interface NodeState {
  readonly domain: string;
  /** Local parts of the accounts that are there. */
  readonly accounts: ReadonlySet<string>;
  /** Local parts of those accounts that have no hash for some mechanism. */
  readonly lacking: ReadonlySet<string>;
  /** Those that an import made without a password, and that have none yet. */
  readonly waiting: ReadonlySet<string>;
  /** Salts by local part of all that imports before this one made. */
  readonly imported: ReadonlyMap<string, Readonly<Partial<Record<ScramHash, string>>>>;
  readonly freeBytes: number;
}

/** What became of a person: `why` where the outcome is `failed`. */
export interface PersonOutcome {
  readonly user: string;
  readonly outcome: "imported" | "brought up to date" | "left alone" | "removed here" | "failed";
  readonly why?: string | undefined;
}

/** Import under way on a node. Disposing it ends it: what was written in whole stays. */
export interface NodeImport extends AsyncDisposable {
  readonly state: NodeState;
  /** Prepares bare JIDs and local parts, as the server has them; null: it takes none. */
  prepare(names: readonly string[]): Promise<readonly (string | null)[]>;
  /** Writes a person. `unusable` are credentials of a password that nobody knows. */
  writePerson(
    person: Person,
    unusable: readonly ScramCredential[],
    existing: "leave" | "merge",
  ): Promise<PersonOutcome>;
  /** Writes shared groups, but those of which another one is there. */
  writeGroups(groups: readonly SharedGroup[]): Promise<readonly RoomOutcome[]>;
  /** Writes a room, unless another one of its name is there. */
  writeRoom(room: Room): Promise<RoomOutcome>;
  /**
   * Archives messages that are not there yet, all of them in one transaction. Equal ones of an owner at one
   * millisecond have to be in one call. Resolves to how many of those that count are in the archive then, by kind.
   */
  archive(messages: readonly ArchivedMessage[]): Promise<ArchivedCounts>;
  /** Counts what the database has of all that was imported, but for messages, by kind. */
  counts(): Promise<Readonly<Record<string, number>>>;
  /** Makes all that was written known to whoever logs in. */
  finish(): Promise<void>;
}

/** Begins an import on a node. Rejects where another one runs there. */
export async function beginImport(session: NodeSession): Promise<NodeImport> {
  const channel = openChannel(session);
  const begun = nodeState.safeParse(await channel.ask({ ask: "begin" }));
  if (!begun.success) {
    await channel.close().catch(() => undefined);
    const advice = `Bring the node up to date: ${pulumiCommandLine(session.stack, "up")}`;
    throw new Error(
      `The node's program for imports is of another version than this one. ${advice}\nNothing was imported.`,
    );
  }
  const state = begun.data;
  return {
    state,
    prepare: async (names) => z.array(z.string().nullable()).parse(await channel.ask({ ask: "names", names })),
    writePerson: async (person, unusable, existing) =>
      personOutcome.parse(await channel.ask({ ask: "person", person: { ...person, unusable }, existing })),
    writeGroups: async (groups) => z.array(roomOutcome).parse(await channel.ask({ ask: "groups", groups })),
    writeRoom: async (room) => roomOutcome.parse(await channel.ask({ ask: "room", room })),
    archive: async (messages) =>
      archivedCounts.parse(await channel.ask({ ask: "messages", rows: copyLines(messages) })),
    counts: async () => z.record(z.string(), z.coerce.number()).parse(await channel.ask({ ask: "counts" })),
    finish: async () => {
      await channel.ask({ ask: "end" });
    },
    [Symbol.asyncDispose]: () => channel.close(),
  };
}

/** Messages that are in the archive of those that a report counts, by kind. */
export type ArchivedCounts = z.infer<typeof archivedCounts>;

const archivedCounts = z.object({ roomMessages: z.number(), messages: z.number() });

const hashes: Readonly<Record<string, ScramHash>> = { "2": "sha1", "3": "sha256", "4": "sha512" };

const nodeState = z
  .object({
    domain: z.string(),
    accounts: z.array(z.string()).nullable(),
    lacking: z.array(z.string()).nullable(),
    waiting: z.array(z.string()),
    imported: z.record(z.string(), z.record(z.string(), z.string())).nullable(),
    freeBytes: z.number(),
  })
  .transform(({ domain, accounts, lacking, waiting, imported, freeBytes }): NodeState => ({
    domain,
    accounts: new Set(accounts),
    lacking: new Set(lacking),
    waiting: new Set(waiting),
    imported: new Map(
      Object.entries(imported ?? {}).map(([user, salts]) => [
        user,
        Object.fromEntries(Object.entries(salts).map(([type, salt]) => [hashes[type] ?? type, salt])),
      ]),
    ),
    freeBytes,
  }));

const personOutcome = z.object({
  user: z.string(),
  outcome: z.enum(["imported", "brought up to date", "left alone", "removed here", "failed"]),
  why: z.string().optional(),
});

/** What became of a room, or of a shared group. */
export interface RoomOutcome {
  readonly name: string;
  readonly outcome: "imported" | "brought up to date" | "left alone";
}

const roomOutcome = z.object({ name: z.string(), outcome: z.enum(["imported", "brought up to date", "left alone"]) });

interface Channel {
  ask(question: object): Promise<unknown>;
  close(): Promise<void>;
}

/** Questions and answers, a line of JSON each; answers come in the order of the questions. */
function openChannel(session: NodeSession): Channel {
  const input = new PassThrough();
  const waiting: { resolve: (answer: unknown) => void; reject: (error: Error) => void }[] = [];
  let failure: Error | undefined;
  const fail = (error: Error) => {
    failure ??= error;
    for (const { reject } of waiting.splice(0)) reject(failure);
  };
  const onLine = (line: string) => {
    const answer = answerLine.parse(JSON.parse(line));
    if (answer.trouble !== undefined) fail(new Error(answer.trouble));
    else waiting.shift()?.resolve(answer.answer);
  };
  const ended = runProgram(session, ["/usr/local/sbin/imera-import"], { input, onLine, timeoutMs: longestMs }).then(
    () => fail(new Error("imera-import ended before it was done. Run the same command again.")),
    (error: unknown) => fail(error instanceof Error ? error : new Error(String(error))),
  );
  return {
    ask: async (question) => {
      if (failure !== undefined) throw failure;
      const answer = new Promise<unknown>((resolve, reject) => waiting.push({ resolve, reject }));
      if (!input.write(`${questionLine(question)}\n`)) await Promise.race([once(input, "drain"), answer]);
      return answer;
    },
    close: async () => {
      input.end();
      await ended;
    },
  };
}

/**
 * Writes a question as a line of JSON. Control characters are left out: PostgreSQL has no NUL, XML has none of them, and whoever got
 * one would lose the connection.
 */
export function questionLine(question: object): string {
  return JSON.stringify(question).replace(escapes, (sequence) => (sequence === "\\\\" ? sequence : ""));
}

const escapes = /\\\\|\\u00[01][0-9a-f]|\\[bf]|[\ufffe\uffff]/g;

const longestMs = 24 * 3_600_000;
const answerLine = z.object({ answer: z.unknown().optional(), trouble: z.string().optional() });
