import type { Tally } from "../report/tally.ts";
import type { CopiedRow, WorkingCopy } from "../sources/working-copy.ts";
import { contactsOf, type Contact } from "./contacts.ts";
import { credentialsOf, type PasswordKeys, type PasswordOrigin } from "./credentials.ts";
import { childText, parseElement } from "./element.ts";
import { momentOf } from "./moment.ts";
import type { Move } from "./move.ts";
import { privacyOf, type PrivacyLists } from "./privacy.ts";
import { bookmarkNode, oldBookmarkNode, privateStorageOf, type PrivateElement } from "./private-storage.ts";
import { publishedBy, type PublishedNode } from "./published.ts";
import type { ScramCredential, ScramHash } from "./scram.ts";
import { vcardOf, type Vcard } from "./vcard.ts";
import { waitingMessagesOf } from "./waiting-messages.ts";

/** All of a person that comes over in one transaction. */
export interface Person {
  /** Prepared local part. */
  readonly user: string;
  readonly credentials: readonly ScramCredential[];
  readonly origin: PasswordOrigin;
  readonly contacts: readonly Contact[];
  readonly vcard: Vcard | null;
  readonly private: readonly PrivateElement[];
  readonly privacy: PrivacyLists;
  /** Waiting messages as text. */
  readonly offline: readonly string[];
  readonly nodes: readonly PublishedNode[];
  /** Moment of the last log-out, RFC 3339, and what was said then. */
  readonly lastSeen: { readonly at: string; readonly status: string } | null;
  readonly isBanned: boolean;
}

/** All that people are made of. */
export interface PeopleSource {
  readonly copy: WorkingCopy;
  readonly move: Move;
  readonly keys: PasswordKeys;
  readonly tally: Tally;
  /** Prepared local part by name in the source, of all who come over. */
  readonly users: ReadonlyMap<string, string>;
  /** Prepared local parts of all who have an account there afterwards, with those who are left alone. */
  readonly residents: ReadonlySet<string>;
  /** Subdomains of the old server's room services by number of the service. */
  readonly roomServices: ReadonlyMap<string, string>;
  /** Salts of an import before this one, by prepared local part. */
  readonly salts: ReadonlyMap<string, Readonly<Partial<Record<ScramHash, string>>>>;
}

/** Gives the people one after the other, in the order of their names. */
export async function* peopleOf(source: PeopleSource): AsyncGenerator<Person> {
  const isPerson = (user: string) => source.residents.has(user);
  for (const [raw, user] of source.users) {
    const [row] = source.copy.all("SELECT * FROM ofuser WHERE username = ?", raw);
    if (row !== undefined) yield await personOf(source, row, user, isPerson);
  }
}

async function personOf(
  source: PeopleSource,
  row: CopiedRow,
  user: string,
  isPerson: (user: string) => boolean,
): Promise<Person> {
  const { copy, move, tally } = source;
  const raw = row["username"] ?? "";
  const { scram, origin } = await credentialsOf(copy, row, source.keys, source.salts.get(user) ?? {}, tally);
  const storage = privateStorageOf(copy, move, raw, user, tally);
  tally.over("accounts");
  return {
    user,
    credentials: scram,
    origin,
    contacts: contactsOf(copy, move, user, isPerson, tally),
    vcard: vcardOf(copy, row, user, tally) ?? null,
    private: storage.elements,
    privacy: privacyOf(copy, move, raw, user, tally),
    offline: waitingMessagesOf(copy, move, raw, user, tally),
    nodes: mergedNodes([...storage.bookmarks, ...publishedBy(copy, move, raw, user, tally)], tally),
    lastSeen: lastSeenOf(copy, raw, tally),
    isBanned: isLockedOut(copy, raw, tally),
  };
}

/** Bookmarks may be in private storage and published, too; what was published is the newer of the two. */
function mergedNodes(nodes: readonly PublishedNode[], tally: Tally): PublishedNode[] {
  const merged = new Map<string, PublishedNode>();
  for (const each of nodes) {
    const items = [...(merged.get(each.node)?.items ?? []), ...each.items];
    merged.set(each.node, { ...each, items: [...new Map(items.map((item) => [item.id, item])).values()] });
  }
  for (const { node, items } of merged.values()) {
    if (node === bookmarkNode) tally.over("bookmarks", items.length);
    else if (node !== oldBookmarkNode) tally.over("nodes", items.length);
  }
  return [...merged.values()];
}

function lastSeenOf(copy: WorkingCopy, raw: string, tally: Tally): Person["lastSeen"] {
  const [row] = copy.all("SELECT offlinedate, offlinepresence FROM ofpresence WHERE username = ?", raw);
  const moment = momentOf(row?.["offlinedate"]);
  if (moment === undefined) return null;
  tally.over("lastSeen");
  const presence = parseElement(row?.["offlinepresence"] ?? "");
  return { at: moment.toISOString(), status: presence === undefined ? "" : childText(presence, "status") };
}

/** Whoever is locked out now, or will be: a lockout may have a beginning and an end. */
function isLockedOut(copy: WorkingCopy, raw: string, tally: Tally): boolean {
  const rows = copy.all("SELECT endtime FROM ofuserflag WHERE username = ? AND name = 'lockout'", raw);
  const isLocked = rows.some(({ endtime }) => (momentOf(endtime)?.getTime() ?? Infinity) > Date.now());
  if (isLocked) tally.over("bans");
  return isLocked;
}

/**
 * Finds the accounts that come over: prepared local part by name in the source, in the order of the names. Those whose name no server
 * takes are lost, and so are all of those that prepare to one name: nobody but their owners can say whose it is.
 */
export function usersOf(copy: WorkingCopy, move: Move, tally: Tally): Map<string, string> {
  const byName = new Map<string, string[]>();
  for (const { username } of copy.all("SELECT DISTINCT username FROM ofuser ORDER BY username")) {
    const raw = username ?? "";
    const user = move.names.local(raw);
    if (user === undefined) tally.lost("accounts", `no server takes the name ${JSON.stringify(raw)}`, raw);
    else byName.set(user, [...(byName.get(user) ?? []), raw]);
  }
  const users = new Map<string, string>();
  for (const [user, raws] of byName) {
    const [only] = raws;
    if (raws.length === 1 && only !== undefined) users.set(only, user);
    else for (const raw of raws) tally.lost("accounts", `these are one name: ${raws.join(", ")}`, raw);
  }
  return users;
}
