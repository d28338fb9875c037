import type { Step } from "../../host/terminal/progress.ts";
import type { NodeSession } from "../network/node/ssh.ts";
import { importMessages } from "./deliver/import-messages.ts";
import { importPeople, type WrittenPeople } from "./deliver/import-people.ts";
import { importRooms } from "./deliver/import-rooms.ts";
import { beginImport, type ArchivedCounts, type NodeImport } from "./deliver/node-import.ts";
import { requireSpace } from "./deliver/preconditions.ts";
import type { PasswordOrigin } from "./model/credentials.ts";
import { personalHistory, type ArchivedMessage } from "./model/history.ts";
import { peopleOf, type PeopleSource } from "./model/person.ts";
import { roomHistory } from "./model/room-history.ts";
import { roomsOf, type Room } from "./model/rooms.ts";
import { sharedGroupsOf } from "./model/shared-groups.ts";
import { planPeople, type Existing } from "./plan-import.ts";
import { newProgress } from "./report/progress.ts";
import { makeReport, type ImportReport } from "./report/report.ts";
import type { OpenedSource } from "./sources/open-source.ts";

/** How a source that has been read is imported. */
export interface ImportSourceOptions {
  /** Source as the operator named it. */
  readonly given: string;
  readonly fromDomain?: string | undefined;
  readonly existing: Existing;
  /** Called before anything is written, once nothing forbids it; undefined: nothing is written, and the report says what would be. */
  readonly beforeWriting: (() => Promise<void>) | undefined;
  readonly step: Step;
}

/** Imports a source that has been read over a login on the node. Resolves to the report. */
export async function importSource(
  source: OpenedSource,
  session: NodeSession,
  { given, fromDomain, existing, beforeWriting, step }: ImportSourceOptions,
): Promise<ImportReport> {
  await using node = await beginImport(session);
  const people = await planPeople(source, node, fromDomain, existing);
  const { from, to } = people.move;
  const isDone = beforeWriting !== undefined;
  if (isDone) {
    requireSpace(node.state.freeBytes, source.copy.sizeBytes());
    await beforeWriting();
  }
  const { form, notes } = source;
  const found = isDone ? await writeAll(people, node, step, existing) : await checkAll(people, step);
  const origins = originsOfToday(found.origins, node.state);
  return makeReport({
    isDone,
    source: given,
    form,
    notes,
    domain: { from, to },
    tally: people.tally,
    ...found,
    origins,
  });
}

/** Since an import before this one, whoever logged in has hashes for all mechanisms, and others set a password. */
function originsOfToday(
  origins: WrittenPeople["origins"],
  { accounts, lacking, waiting }: NodeImport["state"],
): WrittenPeople["origins"] {
  const ofToday = (user: string, own: PasswordOrigin): PasswordOrigin => {
    if (own === "hash" && accounts.has(user) && !lacking.has(user)) return "hashes";
    return own === "none" && accounts.has(user) && !waiting.has(user) ? "here" : own;
  };
  return new Map([...origins].map(([user, own]) => [user, ofToday(user, own)]));
}

interface Found extends WrittenPeople {
  readonly counts: Readonly<Record<string, number>> | undefined;
}

async function writeAll(people: PeopleSource, node: NodeImport, step: Step, existing: Existing): Promise<Found> {
  const written = await writePeople(people, node, step, existing);
  await importGroups(people, node, step);
  const archived = await writeRooms(people, node, step);
  return { ...written, counts: { ...(await node.counts()), ...archived } };
}

async function checkAll(people: PeopleSource, step: Step): Promise<Found> {
  const found = await checkPeople(people, step);
  await importGroups(people, undefined, step);
  await checkRooms(people, step);
  return { ...found, counts: undefined };
}

function checkPeople(people: PeopleSource, step: Step): Promise<WrittenPeople> {
  return step("people", async (report) => {
    const origins = new Map<string, PasswordOrigin>();
    const progress = newProgress(people.users.size);
    for await (const { user, origin } of peopleOf(people)) {
      origins.set(user, origin);
      report(progress(origins.size));
    }
    return { origins, outcomes: [] };
  });
}

function writePeople(people: PeopleSource, node: NodeImport, step: Step, existing: Existing): Promise<WrittenPeople> {
  return step("people", (report) => {
    const progress = newProgress(people.users.size);
    return importPeople(node, people, {
      existing: existing === "merge" ? "merge" : "leave",
      onDone: (done) => report(progress(done)),
    });
  });
}

/** Writes the shared groups; without a node they are only counted. */
function importGroups(
  { copy, move, residents, tally }: PeopleSource,
  node: NodeImport | undefined,
  step: Step,
): Promise<void> {
  const groups = sharedGroupsOf(copy, move, (user) => residents.has(user), tally);
  if (groups.length === 0) return Promise.resolve();
  return step("shared groups", async () => {
    for (const { name, outcome } of (await node?.writeGroups(groups)) ?? []) {
      if (outcome !== "left alone") continue;
      tally.remark(name, "shared groups: it was changed here, or another one is there, and stays as it is");
    }
  });
}

function checkRooms(people: PeopleSource, step: Step): Promise<void> {
  return step("rooms and history", (report) => {
    const progress = newProgress(messageCount(people));
    let read = 0;
    for (const { kind } of historyOf(people, roomsOf(people.copy, people.move, people.roomServices, people.tally))) {
      if (++read % 1000 === 0) report(`${kind === "chat" ? "people" : "rooms"} ${progress(read)}`);
    }
    return Promise.resolve();
  });
}

async function writeRooms(people: PeopleSource, node: NodeImport, step: Step): Promise<ArchivedCounts> {
  const { copy, move, tally, roomServices } = people;
  const rooms = await step("rooms", () => importRooms(node, roomsOf(copy, move, roomServices, tally), tally));
  const archived = await step("history", (report) =>
    importMessages(node, historyOf(people, rooms), messageCount(people), report),
  );
  await node.finish();
  return archived;
}

/** At most, as what people wrote to each other is in the archives of both. */
function messageCount({ copy }: PeopleSource): number {
  return (copy.counts.get("ofmucconversationlog") ?? 0) + 2 * (copy.counts.get("ofmessagearchive") ?? 0);
}

function* historyOf({ copy, move, users, tally }: PeopleSource, rooms: readonly Room[]): Generator<ArchivedMessage> {
  const people = new Set(users.values());
  yield* roomHistory(copy, move, rooms, tally);
  yield* personalHistory(copy, move, (user) => people.has(user), rooms, tally);
}
