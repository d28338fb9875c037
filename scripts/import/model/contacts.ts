import type { Tally } from "../report/tally.ts";
import type { CopiedRow, WorkingCopy } from "../sources/working-copy.ts";
import { childText, parseElement } from "./element.ts";
import type { Move } from "./move.ts";

/** Entry of somebody's roster as ejabberd keeps it. */
export interface Contact {
  /** Prepared bare JID. */
  readonly jid: string;
  readonly name: string;
  /** `N`one, `T`o, `F`rom, `B`oth. */
  readonly subscription: Subscription;
  /** Open requests: `N`one, `O`ut, `I`n, `B`oth. */
  readonly ask: "N" | "O" | "I" | "B";
  /** Words of whoever asks, as text. */
  readonly message: string;
  readonly groups: readonly string[];
}

type Subscription = "N" | "T" | "F" | "B";

/** Writes the table `contact` of the working copy: rosters with prepared names, by which both sides of a contact are found. */
export function prepareContacts(copy: WorkingCopy, move: Move): void {
  copy.run("DROP TABLE IF EXISTS contact");
  copy.run(
    "CREATE TABLE contact (owner TEXT, jid TEXT, sub TEXT, ask TEXT, recv TEXT, nick TEXT, stanza TEXT, rosterid TEXT, raw TEXT)",
  );
  for (const row of copy.each("SELECT * FROM ofroster")) {
    const owner = move.names.local(row["username"] ?? "");
    const values = ["sub", "ask", "recv", "nick", "stanza", "rosterid", "jid"].map((column) => row[column] ?? null);
    if (owner !== undefined) {
      copy.run(
        "INSERT INTO contact VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        owner,
        move.jid(row["jid"] ?? "") ?? null,
        ...values,
      );
    }
  }
  copy.run("CREATE INDEX contact_owner ON contact (owner, jid)");
  copy.run("CREATE INDEX contact_jid ON contact (jid)");
}

/**
 * Gives the roster of a person, both sides made to agree where the other is a person of the same server. `isPerson` says whether a
 * local part is one of those who come over.
 */
export function contactsOf(
  copy: WorkingCopy,
  move: Move,
  user: string,
  isPerson: (user: string) => boolean,
  tally: Tally,
): Contact[] {
  const own = `${user}@${move.to}`;
  const found = new Map<string, RosterRow>();
  for (const row of copy.all("SELECT * FROM contact WHERE owner = ? ORDER BY rowid", user)) {
    const contact = rosterRow(copy, row, own, user, tally);
    if (contact === undefined) continue;
    const known = found.get(contact.jid);
    if (known !== undefined) tally.lost("contacts", "the contact is there twice: the one with more rights stays", user);
    if (known === undefined || rank[contact.subscription] > rank[known.subscription]) found.set(contact.jid, contact);
  }
  const agreed = [...found.values()].flatMap((row) => agreeing(copy, move, user, row, isPerson, tally));
  return [...agreed, ...unansweredRequests(copy, move, user, found, isPerson, tally)];
}

const rank = { N: 0, T: 1, F: 1, B: 2 } as const;
const subscriptions: Readonly<Record<string, Subscription>> = { "0": "N", "1": "T", "2": "F", "3": "B" };

/** Entry of a roster as its owner's row alone has it. */
interface RosterRow extends Omit<Contact, "ask"> {
  readonly asks: boolean;
  readonly isAsked: boolean;
}

function rosterRow(copy: WorkingCopy, row: CopiedRow, own: string, user: string, tally: Tally): RosterRow | undefined {
  const subscription = subscriptions[row["sub"] ?? ""];
  const jid = row["jid"];
  const lost = (reason: string): undefined => {
    tally.lost("contacts", reason, user);
    return undefined;
  };
  if (subscription === undefined) {
    lost("it was being removed");
    return;
  }
  if (typeof jid !== "string") {
    lost(`no server takes its address: ${shortened(row["raw"] ?? "")}`);
    return;
  }
  if (jid === own) {
    lost("it is the person's own address");
    return;
  }
  const asks = row["ask"] === "0" && !sees(subscription);
  const isAsked = row["recv"] === "1" && !isSeen(subscription);
  if (row["ask"] === "0" && !asks) tally.lost("requests", "it was granted already", user);
  if (row["recv"] === "1" && !isAsked) tally.lost("requests", "it was granted already", user);
  return {
    jid,
    name: row["nick"] ?? "",
    subscription,
    ...{ asks, isAsked },
    message: isAsked ? statusOf(row["stanza"]) : "",
    groups: groupsOf(copy, row["rosterid"]),
  };
}

function groupsOf(copy: WorkingCopy, rosterId: string | null | undefined): string[] {
  if (typeof rosterId !== "string") return [];
  const rows = copy.all(
    "SELECT groupname FROM ofrostergroups WHERE rosterid = ? ORDER BY CAST(rank AS INTEGER)",
    rosterId,
  );
  return [...new Set(rows.map(({ groupname }) => groupname ?? "").filter((name) => name.trim() !== ""))];
}

function statusOf(stanza: string | null | undefined): string {
  const presence = parseElement(stanza);
  return presence === undefined ? "" : childText(presence, "status");
}

/** Gives the contact with what both sides have: who sees whom is what the two rosters agree on, who asks is what the asker's says. */
function agreeing(
  copy: WorkingCopy,
  move: Move,
  user: string,
  { asks, isAsked, ...own }: RosterRow,
  isPerson: (user: string) => boolean,
  tally: Tally,
): Contact[] {
  const other = otherSide(copy, move, user, own.jid, isPerson);
  if (other === undefined && own.jid.endsWith(`@${move.to}`)) {
    tally.remark(user, `contacts: ${own.jid} has no account`);
  }
  const subscription = other === undefined ? own.subscription : common(own.subscription, other.subscription);
  const isOpen = other === undefined ? isAsked : other.asks && !isSeen(subscription);
  if (asks) tally.over("requests");
  if (isOpen && isAsked) tally.over("requests");
  if (isOpen && !isAsked) tally.changed("requests", `only the one who asks had it: ${own.jid}`, user);
  if (isAsked && !isOpen) tally.lost("requests", `the one who asked has it no more: ${own.jid}`, user);
  const contact = { ...own, subscription, ask: asks ? (isOpen ? "B" : "O") : isOpen ? "I" : "N" } as const;
  // Somebody who only asks is no contact yet.
  if (own.subscription === "N" && !asks && isAsked) return isOpen ? [contact] : [];
  if (subscription === own.subscription) tally.over("contacts");
  else tally.changed("contacts", `the other side does not have it so: ${own.jid}`, user);
  return [contact];
}

/** What the roster of a contact says of a person; undefined where the contact has no account on the new server. */
function otherSide(
  copy: WorkingCopy,
  move: Move,
  user: string,
  jid: string,
  isPerson: (user: string) => boolean,
): Pick<RosterRow, "subscription" | "asks"> | undefined {
  const [local = "", domain] = jid.split("@");
  if (domain !== move.to || !isPerson(local)) return undefined;
  const rows = copy.all("SELECT sub, ask FROM contact WHERE owner = ? AND jid = ?", local, `${user}@${move.to}`);
  const states = rows.flatMap(({ sub, ask }) => {
    const subscription = subscriptions[sub ?? ""];
    return subscription === undefined ? [] : [{ subscription, asks: ask === "0" && !sees(subscription) }];
  });
  return {
    subscription: states.map(({ subscription }) => subscription).reduce(union, "N"),
    asks: states.some(({ asks }) => asks),
  };
}

function common(own: Subscription, other: Subscription): Subscription {
  return subscriptionOf(sees(own) && isSeen(other), isSeen(own) && sees(other));
}

function union(one: Subscription, other: Subscription): Subscription {
  return subscriptionOf(sees(one) || sees(other), isSeen(one) || isSeen(other));
}

function subscriptionOf(to: boolean, from: boolean): Subscription {
  if (to) return from ? "B" : "T";
  return from ? "F" : "N";
}

function sees(subscription: Subscription): boolean {
  return subscription === "T" || subscription === "B";
}

function isSeen(subscription: Subscription): boolean {
  return subscription === "F" || subscription === "B";
}

/** Requests that somebody's roster has as sent, and this person's roster does not have as received. */
function unansweredRequests(
  copy: WorkingCopy,
  move: Move,
  user: string,
  found: ReadonlyMap<string, unknown>,
  isPerson: (user: string) => boolean,
  tally: Tally,
): Contact[] {
  const rows = copy.all(
    "SELECT DISTINCT owner FROM contact WHERE jid = ? AND ask = '0' AND sub IN ('0', '2')",
    `${user}@${move.to}`,
  );
  return rows.flatMap(({ owner }) => {
    const jid = `${owner ?? ""}@${move.to}`;
    if (typeof owner !== "string" || owner === user || found.has(jid) || !isPerson(owner)) return [];
    tally.changed("requests", `only the one who asks had it: ${jid}`, user);
    return [{ jid, name: "", subscription: "N" as const, ask: "I" as const, message: "", groups: [] }];
  });
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
