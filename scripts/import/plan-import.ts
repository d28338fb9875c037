import type { NodeImport } from "./deliver/node-import.ts";
import { namesIn } from "./model/collect-names.ts";
import { prepareContacts } from "./model/contacts.ts";
import { planMove } from "./model/move.ts";
import { preparedNames } from "./model/names.ts";
import { openfireFacts, type OpenfireFacts } from "./model/openfire-facts.ts";
import { passwordKeys } from "./model/password.ts";
import { usersOf, type PeopleSource } from "./model/person.ts";
import { newTally, type Tally } from "./report/tally.ts";
import type { OpenedSource } from "./sources/open-source.ts";

/** What becomes of an account that is there already and that no import made. */
export type Existing = "leave" | "merge" | "refuse";

/** Reads the option `--existing`. Throws for any other word. */
export function existingChoice(text: string): Existing {
  if (text === "leave" || text === "merge" || text === "refuse") return text;
  throw new Error(`--existing is leave, merge or refuse, and not ${text}. Nothing was imported.`);
}

/** Finds out who comes over, and under which names. Throws where something forbids the import as a whole. */
export async function planPeople(
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
