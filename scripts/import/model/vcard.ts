import type { Tally } from "../report/tally.ts";
import type { CopiedRow, WorkingCopy } from "../sources/working-copy.ts";
import { childrenNamed, childText, parseElement, withNamespace, xmlText, type XmlElement } from "./element.ts";

/** vCard of a person with what ejabberd keeps beside it to search for. */
export interface Vcard {
  /** Element `vCard` as text. */
  readonly xml: string;
  /** Columns of `vcard_search` without their lower-case twins. */
  readonly search: Readonly<Record<string, string>>;
}

/**
 * Gives a person's vCard. Where there is none, it is made of the name that the account has; undefined where that is missing, too, and for
 * what is no XML. `account` is a row of `ofuser`.
 */
export function vcardOf(copy: WorkingCopy, account: CopiedRow, user: string, tally: Tally): Vcard | undefined {
  const [row] = copy.all("SELECT vcard FROM ofvcard WHERE username = ?", account["username"] ?? "");
  if (typeof row?.["vcard"] !== "string") return vcardOfName(account["name"]?.trim() ?? "", tally);
  const element = parseElement(row["vcard"]);
  if (element?.name !== "vCard") {
    tally.lost("vcards", "it is no XML", user);
    return undefined;
  }
  const vcard = withUsablePhoto(withNamespace(element, "vcard-temp"));
  if (vcard === undefined) tally.changed("vcards", "its picture is no base64 and stays behind", user);
  else tally.over("vcards");
  const whole = vcard ?? withoutPhoto(withNamespace(element, "vcard-temp"));
  return { xml: xmlText(whole), search: searchable(whole) };
}

/** Rosters show the name of whoever is in a shared group; it was the account's own, and is the vCard's here. */
function vcardOfName(name: string, tally: Tally): Vcard | undefined {
  if (name === "") return undefined;
  tally.changed("vcards", "it is made of the account's name");
  const card: XmlElement = {
    name: "vCard",
    attributes: { xmlns: "vcard-temp" },
    children: [{ name: "FN", attributes: {}, children: [name] }],
  };
  return { xml: xmlText(card), search: searchable(card) };
}

/** The card, if its picture can be read: clients give up at the whole card where it cannot. */
function withUsablePhoto(vcard: XmlElement): XmlElement | undefined {
  const pictures = childrenNamed(vcard, "PHOTO").map((photo) => childText(photo, "BINVAL").replaceAll(/\s/g, ""));
  return pictures.every((picture) => /^[A-Za-z0-9+/]*={0,2}$/.test(picture) && picture.length % 4 === 0)
    ? vcard
    : undefined;
}

function withoutPhoto(vcard: XmlElement): XmlElement {
  return { ...vcard, children: vcard.children.filter((child) => typeof child === "string" || child.name !== "PHOTO") };
}

const searchFields: Readonly<Record<string, readonly string[]>> = {
  fn: ["FN"],
  family: ["N", "FAMILY"],
  given: ["N", "GIVEN"],
  middle: ["N", "MIDDLE"],
  nickname: ["NICKNAME"],
  bday: ["BDAY"],
  ctry: ["ADR", "CTRY"],
  locality: ["ADR", "LOCALITY"],
  email: ["EMAIL", "USERID"],
  orgname: ["ORG", "ORGNAME"],
  orgunit: ["ORG", "ORGUNIT"],
};

function searchable(vcard: XmlElement): Record<string, string> {
  return Object.fromEntries(Object.entries(searchFields).map(([column, path]) => [column, childText(vcard, ...path)]));
}
