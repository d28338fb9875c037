import { childrenNamed, childText, type XmlElement } from "../model/element.ts";
import { SourceError } from "./source-error.ts";
import type { WorkingCopy } from "./working-copy.ts";
import { xmlSteps } from "./xml-records.ts";

/** Reads what Openfire's user export plugin writes in its own form. Throws a {@link SourceError} that names the line. */
export async function readOpenfireXml(file: string, copy: WorkingCopy): Promise<void> {
  let contacts = 0;
  for await (const step of xmlSteps(file, (_, around) => around.length === 0)) {
    if (step.kind !== "record") continue;
    const { element, place } = step;
    if (element.name !== "User" || childText(element, "Username") === "") {
      throw new SourceError(place, `it has an element ${element.name} that is no user`, todo);
    }
    contacts = addUser(copy, element, contacts);
  }
  copy.columns.set("ofuser", userColumns);
}

const todo = "Make the export again by the plugin User Import Export.";
const userColumns = ["username", "plainpassword", "name", "email", "creationdate", "modificationdate"];

/** Gives the number of contacts after this user's. */
function addUser(copy: WorkingCopy, user: XmlElement, contacts: number): number {
  const username = childText(user, "Username");
  const texts = ["Password", "Name", "Email", "CreationDate", "ModifiedDate"].map((name) => childText(user, name));
  copy.insert("ofuser", userColumns, [username, ...texts.map((text) => (text === "" ? null : text))]);
  const items = childrenNamed(user, "Roster").flatMap((roster) => childrenNamed(roster, "Item"));
  for (const [index, item] of items.entries()) addContact(copy, username, item, String(contacts + index));
  return contacts + items.length;
}

function addContact(copy: WorkingCopy, username: string, item: XmlElement, rosterId: string): void {
  const { jid = "", name = "", substatus = "", askstatus = "-1", recvstatus = "-1" } = item.attributes;
  copy.insert(
    "ofroster",
    ["rosterid", "username", "jid", "sub", "ask", "recv", "nick"],
    [rosterId, username, jid, substatus, askstatus, recvstatus, name],
  );
  for (const [rank, group] of childrenNamed(item, "Group").entries()) {
    copy.insert("ofrostergroups", ["rosterid", "rank", "groupname"], [rosterId, String(rank), childText(group)]);
  }
}
