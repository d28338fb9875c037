import { childrenNamed, childText, xmlText, type XmlElement } from "../model/element.ts";
import type { WorkingCopy } from "./working-copy.ts";

/** Rosters on their way out of a document (XEP-0227), account by account, with the requests of those who ask to subscribe. */
export class PortableContacts {
  private number = 0;
  private hasEmptyGroup = false;
  /** Numbers of the account's contacts by bare address. */
  private readonly numbers = new Map<string, string>();
  private readonly requests: XmlElement[] = [];

  private readonly copy: WorkingCopy;

  constructor(copy: WorkingCopy) {
    this.copy = copy;
  }

  add(user: string, item: XmlElement): void {
    const { jid = "", name = "", subscription = "none", ask } = item.attributes;
    const groups = childrenNamed(item, "group").map((group) => childText(group));
    this.hasEmptyGroup ||= groups.includes("");
    const states = [subscriptions[subscription] ?? "", ask === "subscribe" ? "0" : "-1", "-1"];
    const number = this.insert(user, jid, states, name, null);
    for (const [rank, group] of groups.entries()) {
      this.copy.insert("ofrostergroups", ["rosterid", "rank", "groupname"], [number, String(rank), group]);
    }
  }

  /** Adds a request to subscribe: a presence from whoever asks. */
  addRequest(presence: XmlElement): void {
    this.requests.push(presence);
  }

  /** Ends an account: a request goes to the contact that it is of, which may stand before or after it. */
  end(user: string): void {
    for (const request of this.requests.splice(0)) {
      const from = request.attributes["from"] ?? "";
      const known = this.numbers.get(bareAddress(from));
      if (known === undefined) this.insert(user, from, ["0", "-1", "1"], "", xmlText(request));
      else this.copy.run("UPDATE ofroster SET recv = '1', stanza = ? WHERE rosterid = ?", xmlText(request), known);
    }
    this.numbers.clear();
  }

  notes(): string[] {
    return this.hasEmptyGroup ? [runTogether] : [];
  }

  private insert(user: string, jid: string, states: readonly string[], nick: string, stanza: string | null): string {
    const number = String(this.number++);
    this.numbers.set(bareAddress(jid), number);
    const columns = ["rosterid", "username", "jid", "sub", "ask", "recv", "nick", "stanza"];
    this.copy.insert("ofroster", columns, [number, user, jid, ...states, nick, stanza]);
    return number;
  }
}

const subscriptions: Readonly<Record<string, string>> = { remove: "-1", none: "0", to: "1", from: "2", both: "3" };
const runTogether =
  "Openfire wrote it, and ran the groups of a contact together into one: export in its own form to have them apart";

function bareAddress(jid: string): string {
  return (jid.split("/", 1)[0] ?? "").trim().toLowerCase();
}
