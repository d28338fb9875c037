import { randomBytes } from "node:crypto";
import type { PasswordOrigin } from "../model/credentials.ts";
import { peopleOf, type PeopleSource, type Person } from "../model/person.ts";
import { scramCredentials } from "../model/scram.ts";
import type { NodeImport, PersonOutcome } from "./node-import.ts";

/** How to write people, and whom to tell. */
export interface ImportPeopleOptions {
  readonly existing: "leave" | "merge";
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
  { existing, onDone }: ImportPeopleOptions,
): Promise<WrittenPeople> {
  const outcomes: PersonOutcome[] = [];
  const origins = new Map<string, PasswordOrigin>();
  const underWay = new Set<Promise<void>>();
  for await (const person of peopleOf(source)) {
    origins.set(person.user, person.origin);
    const writing = writePerson(node, person, existing).then((outcome) => {
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

/** Of whoever comes without a password, or is disabled, nobody may know any. */
async function writePerson(node: NodeImport, person: Person, existing: "leave" | "merge"): Promise<PersonOutcome> {
  const isWithout = person.credentials.length === 0;
  const unusable = isWithout || person.isBanned ? await scramCredentials(randomBytes(32).toString("base64")) : [];
  return node.writePerson(isWithout ? { ...person, credentials: unusable } : person, unusable, existing);
}
