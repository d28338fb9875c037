import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import process from "node:process";
import { showSteps, type Step } from "../../host/terminal/progress.ts";
import { openFirstNode } from "../network/node/program.ts";
import type { OpenStackOptions } from "../network/open-stack.ts";
import { importMessages, importRooms } from "./deliver/import-rooms.ts";
import { importPeople, type WrittenPeople } from "./deliver/import-people.ts";
import { beginImport, type NodeImport } from "./deliver/node-import.ts";
import { prepareContacts } from "./model/contacts.ts";
import type { PasswordOrigin } from "./model/credentials.ts";
import { personalHistory, type ArchivedMessage } from "./model/history.ts";
import { roomHistory } from "./model/room-history.ts";
import { roomsOf, type Room } from "./model/rooms.ts";
import { sharedGroupsOf } from "./model/shared-groups.ts";
import { namesIn } from "./model/collect-names.ts";
import { planMove } from "./model/move.ts";
import { preparedNames } from "./model/names.ts";
import { openfireFacts, type OpenfireFacts } from "./model/openfire-facts.ts";
import { passwordKeys } from "./model/password.ts";
import { requireBackup, requireSpace } from "./deliver/preconditions.ts";
import { peopleOf, usersOf, type PeopleSource } from "./model/person.ts";
import { reportHtml } from "./report/report-html.ts";
import { newProgress } from "./report/progress.ts";
import { makeReport, problemsOf } from "./report/report.ts";
import { reportText } from "./report/report-text.ts";
import { newTally, type Tally } from "./report/tally.ts";
import { openSource, type OpenedSource } from "./sources/open-source.ts";

/** Options of `npm run import`, as the command line has them. */
export interface ImportOptions extends OpenStackOptions {
  readonly check?: boolean;
  readonly fromDomain?: string;
  readonly existing: string;
  readonly json?: boolean;
  readonly html?: string;
}

/** Import, or check, that came to its end. */
export interface FinishedImport {
  /** Report for a terminal, or for programs. */
  readonly text: string;
  /** What went wrong of it, each in a few words. */
  readonly problems: readonly string[];
}

/** Reads the source at `given` and imports it, or with `check` only says what would come over. Resolves to the report. */
export async function importFrom(given: string, options: ImportOptions): Promise<FinishedImport> {
  const existing = existingChoice(options.existing);
  if (options.html !== undefined && existsSync(options.html)) {
    throw new Error(`--html: ${options.html} is there already. Name another file. Nothing was imported.`);
  }
  const step = showSteps();
  const file = given.includes("://") ? given : path.resolve(process.env["INIT_CWD"] ?? ".", given);
  using source = await step("source", () => openSource(file, { fromDomain: options.fromDomain }));
  await using opened = await openFirstNode(options);
  await using node = await beginImport(opened.session);
  const people = await planPeople(source, node, options.fromDomain, existing);
  if (options.check !== true) {
    requireSpace(node.state.freeBytes, source.copy.sizeBytes());
    await requireBackup(opened.session, step);
  }
  const { origins, outcomes } =
    options.check === true ? await checkPeople(people, step) : await writePeople(people, node, step, existing);
  await importGroups(people, options.check === true ? undefined : node, step);
  if (options.check === true) await checkRooms(people, step);
  else await writeRooms(people, node, step);
  const counts = options.check === true ? undefined : await node.counts(source.isExport);
  const { from, to } = people.move;
  const report = makeReport({
    isDone: options.check !== true,
    source: given,
    form: source.form,
    notes: source.notes,
    domain: { from, to },
    tally: people.tally,
    ...{ origins, outcomes, counts },
  });
  if (options.html !== undefined) await writeFile(options.html, reportHtml(report), { flag: "wx" });
  const text = options.json === true ? JSON.stringify(report, undefined, 2) : reportText(report);
  return { text, problems: problemsOf(report) };
}

type Existing = "leave" | "merge" | "refuse";

function existingChoice(text: string): Existing {
  if (text === "leave" || text === "merge" || text === "refuse") return text;
  throw new Error(`--existing is leave, merge or refuse, and not ${text}. Nothing was imported.`);
}

async function planPeople(
  source: OpenedSource,
  node: NodeImport,
  fromDomain: string | undefined,
  existing: Existing,
): Promise<PeopleSource> {
  const { copy } = source;
  const facts = openfireFacts(copy);
  const tally = newTally();
  const names = await preparedNames(namesIn(copy), (batch) => node.prepare(batch));
  const move = planMove(names, facts, oldDomain(facts, fromDomain), node.state.domain);
  const all = usersOf(copy, move, tally);
  const users = newUsers(all, node, existing, tally);
  prepareContacts(copy, move);
  const keys = facts.passwordKey === undefined ? [] : passwordKeys(facts.passwordKey, source.security);
  return {
    ...{ copy, move, tally, users, residents: new Set([...all.values(), ...node.state.accounts]) },
    keys: { keys, foreignPasswords: facts.foreignPasswords, isExport: source.isExport },
    salts: node.state.imported,
    roomServices: facts.roomServices,
  };
}

function oldDomain({ domain }: OpenfireFacts, told: string | undefined): string {
  const from = told?.toLowerCase() ?? domain;
  if (from !== undefined) return from;
  throw new Error(
    "The domain of the old server is not in the source: the property xmpp.domain is missing.\n" +
      "Name it by --from-domain DOMAIN. Nothing was imported.",
  );
}

/** Gives those of the users whose accounts may be written: one that is there and that no import made is somebody's. */
function newUsers(
  users: ReadonlyMap<string, string>,
  { state }: NodeImport,
  existing: Existing,
  tally: Tally,
): ReadonlyMap<string, string> {
  const taken = [...users].filter(([, user]) => state.accounts.has(user) && !state.imported.has(user));
  if (existing === "merge" || taken.length === 0) return users;
  if (existing === "refuse") {
    throw new Error(
      `${taken.length} of the accounts are there already: ${taken
        .map(([, user]) => user)
        .slice(0, 20)
        .join(", ")}.\n` + "Rename or remove them, or say --existing leave or --existing merge. Nothing was imported.",
    );
  }
  for (const [, user] of taken) tally.lost("accounts", "one of that name is there already, and stays as it is", user);
  const left = new Set(taken.map(([raw]) => raw));
  return new Map([...users].filter(([raw]) => !left.has(raw)));
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
  return step("people", async (report) => {
    const progress = newProgress(people.users.size);
    const written = await importPeople(node, people, {
      existing: existing === "merge" ? "merge" : "leave",
      onDone: (done) => report(progress(done)),
    });
    return written;
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
    let read = 0;
    for (const message of historyOf(people, roomsOf(people.copy, people.move, people.roomServices, people.tally))) {
      if (++read % 1000 === 0) report(`${read} messages, ${new Date(message.ms).getUTCFullYear()}`);
    }
    return Promise.resolve();
  });
}

async function writeRooms(people: PeopleSource, node: NodeImport, step: Step): Promise<void> {
  const { copy, move, tally, roomServices } = people;
  const rooms = await step("rooms", () => importRooms(node, roomsOf(copy, move, roomServices, tally), tally));
  await step("history", (report) => importMessages(node, historyOf(people, rooms), messageCount(people), report));
  await node.finish();
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
