import { childrenNamed, childText, xmlText, type XmlElement } from "../model/element.ts";
import { PortableContacts } from "./portable-contacts.ts";
import { addArchived, addNode, addPublished, stampOf } from "./portable-archive.ts";
import type { WorkingCopy } from "./working-copy.ts";
import type { OpenedTag } from "./xml-events.ts";

/** Namespace of documents as XEP-0227 has them. */
export const portable = "urn:xmpp:pie:0";

/** Accounts of one domain on their way out of a document (XEP-0227) into the tables that Openfire has for what is in it. */
export class PortableAccounts {
  private readonly unknown = new Map<string, number>();
  private readonly contacts: PortableContacts;
  private user = "";
  private service = "";
  private waiting = 0;
  private defaultList: string | undefined;

  private readonly copy: WorkingCopy;

  constructor(copy: WorkingCopy) {
    this.copy = copy;
    this.contacts = new PortableContacts(copy);
  }

  begin(name: string, { password }: OpenedTag["attributes"], domain: string): void {
    this.user = name;
    this.service = `${name}@${domain}`;
    this.copy.insert("ofuser", ["username", "plainpassword"], [name, password ?? null]);
  }

  /** Adds one part of the account; `kind` is the element that holds it, `node` the one of a personal node's items. */
  add(element: XmlElement, kind: OpenedTag | undefined, node: OpenedTag | undefined): void {
    if (kind === undefined) this.addOwn(element);
    else if (kind.name === "offline-messages") this.addWaiting(element);
    else if (kind.name === "archive") addArchived(this.copy, this.user, this.service, element);
    else if (node !== undefined) addPublished(this.copy, this.service, node.attributes["node"] ?? "", element);
    else if (kind.name === "pubsub") addNode(this.copy, this.service, element);
    else if (kind.uri === "jabber:iq:roster") this.contacts.add(this.user, element);
    else if (kind.uri === "jabber:iq:private") this.addPrivate(element);
    else if (kind.uri === "jabber:iq:privacy") this.addList(element);
    else this.leaveOut({ ...element, name: `${kind.name} of ${kind.uri}`, attributes: {} });
  }

  end(): void {
    this.contacts.end(this.user);
    if (this.defaultList === undefined) return;
    const lists = "UPDATE ofprivacylist SET isdefault = '1' WHERE username = ? AND name = ?";
    this.copy.run(lists, this.user, this.defaultList);
    this.defaultList = undefined;
  }

  leaveOut({ name, attributes }: XmlElement): void {
    const full = attributes["xmlns"] === undefined ? name : `${name} of ${attributes["xmlns"]}`;
    this.unknown.set(full, (this.unknown.get(full) ?? 0) + 1);
  }

  notes(): string[] {
    const unknown = [...this.unknown].map(([name, number]) => `left out, as unknown here: ${number} elements ${name}`);
    return [...unknown, ...this.contacts.notes()];
  }

  private addOwn(element: XmlElement): void {
    const { name, attributes } = element;
    if (name === "scram-credentials") this.addCredential(element);
    else if (name === "vCard") this.copy.insert("ofvcard", ["username", "vcard"], [this.user, xmlText(element)]);
    else if (name === "presence" && attributes["type"] === "subscribe") this.contacts.addRequest(element);
    else this.leaveOut(element);
  }

  private addCredential(element: XmlElement): void {
    const texts = ["stored-key", "server-key", "salt"].map((name) => childText(element, name).trim());
    // ejabberd's own export writes the base64 of each in base64.
    const isTwice = texts.every((text) => isBase64(decoded(text)));
    this.copy.insert(
      "ofuserscram",
      ["username", "mechanism", "storedkey", "serverkey", "salt", "iterations"],
      [
        this.user,
        element.attributes["mechanism"] ?? "",
        ...(isTwice ? texts.map(decoded) : texts),
        childText(element, "iter-count").trim(),
      ],
    );
  }

  private addPrivate(element: XmlElement): void {
    const { name, attributes } = element;
    const columns = ["username", "name", "namespace", "privatedata"];
    this.copy.insert("ofprivate", columns, [this.user, name, attributes["xmlns"] ?? "", xmlText(element)]);
  }

  private addList(element: XmlElement): void {
    const name = element.attributes["name"] ?? "";
    if (element.name === "default") this.defaultList = name;
    if (element.name !== "list") return;
    const columns = ["username", "name", "isdefault", "list"];
    this.copy.insert("ofprivacylist", columns, [this.user, name, "0", xmlText(element)]);
  }

  private addWaiting(element: XmlElement): void {
    const [delay] = childrenNamed(element, "delay", "urn:xmpp:delay");
    const columns = ["username", "messageid", "creationdate", "stanza"];
    const time = stampOf(delay) ?? "0";
    this.copy.insert("ofoffline", columns, [
      this.user,
      String(this.waiting++),
      time.padStart(15, "0"),
      xmlText(element),
    ]);
  }
}

function decoded(base64: string): string {
  return Buffer.from(base64, "base64").toString("latin1");
}

function isBase64(text: string): boolean {
  return text.length > 0 && text.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(text);
}
