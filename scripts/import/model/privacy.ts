import type { Tally } from "../report/tally.ts";
import type { WorkingCopy } from "../sources/working-copy.ts";
import { childrenNamed, isElement, parseElement, type XmlElement } from "./element.ts";
import type { Move } from "./move.ts";

/** Privacy lists of a person (XEP-0016). */
export interface PrivacyLists {
  /** Name of the default list; null: none. */
  readonly default: string | null;
  readonly lists: readonly PrivacyList[];
}

interface PrivacyList {
  readonly name: string;
  readonly rules: readonly PrivacyRule[];
}

/** Rule as ejabberd's table `privacy_list_data` has it. */
interface PrivacyRule {
  /** `n`one, `j`id, `g`roup, `s`ubscription. */
  readonly t: "n" | "j" | "g" | "s";
  readonly value: string;
  readonly action: "a" | "d";
  readonly ord: number;
  readonly matches: readonly string[];
}

/** Gives a person's privacy lists. `raw` is the name in the source. */
export function privacyOf(copy: WorkingCopy, move: Move, raw: string, user: string, tally: Tally): PrivacyLists {
  const rows = copy.all("SELECT * FROM ofprivacylist WHERE username = ?", raw);
  const lists: PrivacyList[] = [];
  let standard: string | null = null;
  for (const row of rows) {
    const name = row["name"] ?? "";
    const element = parseElement(row["list"]);
    const rules = element === undefined ? undefined : rulesOf(element, move);
    if (rules === undefined) {
      tally.lost("privacy", `it has a rule that no server takes: ${name}`, user);
      continue;
    }
    lists.push({ name, rules });
    tally.over("privacy");
    if (row["isdefault"] === "1") standard = name;
  }
  return { default: standard, lists };
}

const types: Readonly<Record<string, PrivacyRule["t"]>> = { jid: "j", group: "g", subscription: "s" };
const columns: Readonly<Record<string, string>> = {
  iq: "match_iq",
  message: "match_message",
  "presence-in": "match_presence_in",
  "presence-out": "match_presence_out",
};

/** A list without one of its rules lets in whom it was made against, so one bad rule is all of them. */
function rulesOf(list: XmlElement, move: Move): PrivacyRule[] | undefined {
  const rules = childrenNamed(list, "item").map((item) => ruleOf(item, move));
  return rules.every((rule) => rule !== undefined) ? rules : undefined;
}

function ruleOf(item: XmlElement, move: Move): PrivacyRule | undefined {
  const { type, value = "", action, order } = item.attributes;
  const t = type === undefined ? "n" : types[type];
  const ord = Number(order);
  if (t === undefined || (action !== "allow" && action !== "deny") || !Number.isInteger(ord) || ord < 0) {
    return undefined;
  }
  const target = t === "j" ? jidOf(value, move) : value;
  if (target === undefined) return undefined;
  const matches = item.children.filter(isElement).flatMap(({ name }) => columns[name] ?? []);
  return { t, value: target, action: action === "allow" ? "a" : "d", ord, matches };
}

/** A rule may name a resource, too. */
function jidOf(value: string, move: Move): string | undefined {
  const bare = move.jid(value);
  const slash = value.indexOf("/");
  return bare === undefined || slash === -1 ? bare : `${bare}${value.slice(slash)}`;
}
