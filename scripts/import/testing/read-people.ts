import { namesIn } from "../model/collect-names.ts";
import { prepareContacts } from "../model/contacts.ts";
import { planMove, type Move } from "../model/move.ts";
import { preparedNames } from "../model/names.ts";
import { openfireFacts } from "../model/openfire-facts.ts";
import { passwordKeys } from "../model/password.ts";
import { peopleOf, usersOf, type PeopleSource, type Person } from "../model/person.ts";
import { newTally, type Tally } from "../report/tally.ts";
import type { OpenedSource } from "../sources/open-source.ts";

/** People of a source as they would come over to the domain `new.test`, by local part, with all that they were made of. */
export interface ReadPeople {
  readonly people: ReadonlyMap<string, Person>;
  readonly tally: Tally;
  readonly move: Move;
  readonly source: PeopleSource;
}

/** Reads the people of a source. Names are prepared here, and so only about as a server does it. */
export async function readPeople({ copy, security, isExport }: OpenedSource): Promise<ReadPeople> {
  const facts = openfireFacts(copy);
  const tally = newTally();
  const names = await preparedNames(namesIn(copy), (raws) =>
    Promise.resolve(raws.map((raw) => raw.normalize("NFKC").toLowerCase())),
  );
  const move = planMove(names, facts, facts.domain ?? "old.test", "new.test");
  const users = usersOf(copy, move, tally);
  prepareContacts(copy, move);
  const keys = facts.passwordKey === undefined ? [] : passwordKeys(facts.passwordKey, security);
  const source: PeopleSource = {
    ...{ copy, move, tally, users, residents: new Set(users.values()) },
    keys: { keys, foreignPasswords: facts.foreignPasswords, isExport },
    salts: new Map(),
    roomServices: facts.roomServices,
  };
  const people = new Map<string, Person>();
  for await (const person of peopleOf(source)) people.set(person.user, person);
  return { people, tally, move, source };
}
