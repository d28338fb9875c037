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
  const found = new Map<string, Contact>();
  for (const row of copy.all("SELECT * FROM contact WHERE owner = ? ORDER BY rowid", user)) {
    const contact = contactOf(copy, row, own, user, tally);
    if (contact === undefined) continue;
    const known = found.get(contact.jid);
    if (known !== undefined) tally.lost("contacts", "the contact is there twice: the one with more rights stays", user);
    if (known === undefined || rank[contact.subscription] > rank[known.subscription]) found.set(contact.jid, contact);
  }
  const agreed = [...found.values()].map((contact) => agreeing(copy, move, user, contact, isPerson, tally));
  return [...agreed, ...unansweredRequests(copy, move, user, found, isPerson, tally)];
}

const rank = { N: 0, T: 1, F: 1, B: 2 } as const;
const subscriptions: Readonly<Record<string, Subscription>> = { "0": "N", "1": "T", "2": "F", "3": "B" };

function contactOf(copy: WorkingCopy, row: CopiedRow, own: string, user: string, tally: Tally): Contact | undefined {
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
  const asksOut = row["ask"] === "0" && !sees(subscription);
  const asksIn = row["recv"] === "1" && !isSeen(subscription);
  if (row["ask"] === "0" && !asksOut) tally.lost("requests", "it was granted already", user);
  if (row["recv"] === "1" && !asksIn) tally.lost("requests", "it was granted already", user);
  return {
    jid,
    name: row["nick"] ?? "",
    subscription,
    ask: asksOut ? (asksIn ? "B" : "O") : asksIn ? "I" : "N",
    message: asksIn ? statusOf(row["stanza"]) : "",
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

/** Gives the contact with what both sides have: who sees whom is what the two rosters agree on. */
function agreeing(
  copy: WorkingCopy,
  move: Move,
  user: string,
  contact: Contact,
  isPerson: (user: string) => boolean,
  tally: Tally,
): Contact {
  const { ask } = contact;
  tally.over("requests", ask === "B" ? 2 : ask === "N" ? 0 : 1);
  // Somebody who only asks is no contact yet.
  if (contact.subscription === "N" && ask === "I") return contact;
  const [local = "", domain] = contact.jid.split("@");
  if (domain !== move.to || !isPerson(local)) {
    if (domain === move.to) tally.remark(user, `contacts: ${contact.jid} has no account`);
    tally.over("contacts");
    return contact;
  }
  const rows = copy.all("SELECT sub FROM contact WHERE owner = ? AND jid = ?", local, `${user}@${move.to}`);
  const other = rows.map(({ sub }) => subscriptions[sub ?? ""] ?? "N").reduce(union, "N");
  const subscription = subscriptionOf(
    sees(contact.subscription) && isSeen(other),
    isSeen(contact.subscription) && sees(other),
  );
  if (subscription === contact.subscription) tally.over("contacts");
  else tally.changed("contacts", `the other side does not have it so: ${contact.jid}`, user);
  return { ...contact, subscription };
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
  found: Map<string, Contact>,
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
