import { namesIn } from "../model/collect-names.ts";
import { prepareContacts } from "../model/contacts.ts";
import { planMove, type Move } from "../model/move.ts";
import { preparedNames } from "../model/names.ts";
import { openfireFacts } from "../model/openfire-facts.ts";
import { passwordKeys } from "../model/password.ts";
import { peopleOf, usersOf, type Person } from "../model/person.ts";
import { newTally, type Tally } from "../report/tally.ts";
import type { OpenedSource } from "../sources/open-source.ts";

/** People of a source as they would come over from the domain old.test to new.test, by prepared local part. */
export interface ReadPeople {
  readonly people: ReadonlyMap<string, Person>;
  readonly tally: Tally;
  readonly move: Move;
}

/** Reads all people of a source. Names are prepared by NFKC and in lower case, which is near to what a server does. */
export async function readPeople({ copy, security, isExport }: OpenedSource): Promise<ReadPeople> {
  const facts = openfireFacts(copy);
  const tally = newTally();
  const names = await preparedNames(namesIn(copy), (raws) =>
    Promise.resolve(raws.map((raw) => raw.normalize("NFKC").toLowerCase())),
  );
  const move = planMove(names, facts, "old.test", "new.test");
  const users = usersOf(copy, move, tally);
  prepareContacts(copy, move);
  const keys = {
    keys: passwordKeys(facts.passwordKey ?? "", security),
    foreignPasswords: facts.foreignPasswords,
    isExport,
  };
  const people = new Map<string, Person>();
  const rest = { users, residents: new Set(users.values()), salts: new Map(), roomServices: facts.roomServices };
  for await (const person of peopleOf({ copy, move, tally, keys, ...rest })) people.set(person.user, person);
  return { people, tally, move };
}
