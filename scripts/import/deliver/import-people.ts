import { randomBytes } from "node:crypto";
import type { PasswordOrigin } from "../model/credentials.ts";
import { peopleOf, type PeopleSource, type Person } from "../model/person.ts";
import { scramCredentials } from "../model/scram.ts";
import type { FirstPasswords } from "./first-passwords.ts";
import type { NodeImport, PersonOutcome } from "./node-import.ts";

/** How to write people, and whom to tell. */
export interface ImportPeopleOptions {
  readonly existing: "leave" | "merge";
  /** Gets those whose passwords do not come over, but for disabled ones and accounts that are there; undefined: nobody knows theirs. */
  readonly firstPasswords?: FirstPasswords | undefined;
  /** Called after each person with the number done so far. */
  readonly onDone: (done: number) => void;
}

/** What became of people, and how their passwords came over, by local part. */
export interface WrittenPeople {
  readonly origins: ReadonlyMap<string, PasswordOrigin>;
  readonly outcomes: readonly PersonOutcome[];
}

/** Writes all people of a source, each in one transaction, a few of them on the way at a time. Resolves to what became of them. */
export async function importPeople(
  node: NodeImport,
  source: PeopleSource,
  { existing, firstPasswords, onDone }: ImportPeopleOptions,
): Promise<WrittenPeople> {
  const outcomes: PersonOutcome[] = [];
  const origins = new Map<string, PasswordOrigin>();
  const underWay = new Set<Promise<void>>();
  for await (const person of peopleOf(source)) {
    origins.set(person.user, person.origin);
    const isNew = !person.isBanned && !node.state.accounts.has(person.user);
    const password =
      person.credentials.length === 0 && isNew ? firstPasswords?.add(`${person.user}@${source.move.to}`) : undefined;
    const writing = writePerson(node, person, existing, password).then((outcome) => {
      outcomes.push(outcome);
      underWay.delete(writing);
      onDone(outcomes.length);
    });
    underWay.add(writing);
    // The first that fails is waited for below; all behind it fail with it.
    writing.catch(() => undefined);
    if (underWay.size >= mostUnderWay) await Promise.race(underWay);
  }
  await Promise.all(underWay);
  return { origins, outcomes };
}

const mostUnderWay = 16;

/** `password` is of one whose own does not come over. Without it, and of one who is disabled, nobody may know any. */
async function writePerson(
  node: NodeImport,
  person: Person,
  existing: "leave" | "merge",
  password: string | undefined,
): Promise<PersonOutcome> {
  const isWithout = person.credentials.length === 0;
  const given = password ?? randomBytes(32).toString("base64");
  const unusable = isWithout || person.isBanned ? await scramCredentials(given) : [];
  return node.writePerson(isWithout ? { ...person, credentials: unusable } : person, unusable, existing);
}
