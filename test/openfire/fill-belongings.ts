import { xml } from "@xmpp/client";
import { type OldSession, settled } from "./client.ts";
import { address, type Sessions } from "./fill-contacts.ts";
import { oldPeople, oldPerson } from "./people.ts";

/** Gives people vCards with pictures, private storage, bookmarks, privacy lists and what they publish. */
export async function fillBelongings(at: Sessions): Promise<void> {
  for (const { user } of oldPeople.slice(0, 30)) await at(user).set(vcard(user));
  for (const { user } of oldPeople.slice(0, 24)) await at(user).set(bookmarks(user));
  await at("p01").set(xml("query", { xmlns: "jabber:iq:private" }, xml("exodus", { xmlns: "exodus:prefs" }, "a & b")));
  await at("p01").set(rosterNotes());
  await at("p23").set(privacyList("blocked ☂", ["p24", "friend@else.example"]));
  await at("p23").set(privacy(xml("default", { name: "blocked ☂" })));
  await at("p23").set(privacyList(`it's "second"`, ["p25"]));
  await at("пётр").set(privacyList("x", ["juliet"]));
  for (const user of ["romeo", "juliet", "日本語", "p26", "p27"]) await publishKeys(at(user));
  for (const user of ["romeo", "p23", "p27"]) await settled(at(user));
}

const portrait = Buffer.from(Array.from({ length: 12_000 }, (_, index) => (index * index) % 251)).toString("base64");
const dot = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

function vcard(user: string) {
  const { fullName } = oldPerson(user);
  const binary = user === "romeo" || user === "p01" ? portrait : dot;
  return xml(
    "vCard",
    { xmlns: "vcard-temp" },
    xml("FN", {}, fullName),
    xml("N", {}, xml("FAMILY", {}, fullName), xml("GIVEN", {}, "☃")),
    xml("EMAIL", {}, xml("INTERNET", {}), xml("USERID", {}, "x@mail.example")),
    xml("ORG", {}, xml("ORGNAME", {}, "Müller & Söhne"), xml("ORGUNIT", {}, `"A" 'B'`)),
    xml("DESC", {}, "two\nlines \\u0041 \\n <tag>"),
    xml("PHOTO", {}, xml("TYPE", {}, "image/png"), xml("BINVAL", {}, binary)),
  );
}

function bookmarks(user: string) {
  return xml(
    "query",
    { xmlns: "jabber:iq:private" },
    xml(
      "storage",
      { xmlns: "storage:bookmarks" },
      xml(
        "conference",
        { jid: "hall@conference.old.example", name: `Hall of ${user}`, autojoin: "true" },
        xml("nick", {}, `${user} ☺`),
        xml("password", {}, "gehe1m ☃"),
      ),
      xml("conference", { jid: "quiz@rooms.old.example", name: "Quiz", autojoin: "0" }),
      xml("conference", { jid: "talk@conference.else.example", name: "Elsewhere" }),
      xml("url", { url: "https://example.org/?a=1&b=2", name: "Page" }),
    ),
  );
}

function rosterNotes() {
  const note = xml("note", { jid: "p02@old.example", cdate: "2010-01-01T00:00:00Z" }, "likes  two  blanks");
  return xml("query", { xmlns: "jabber:iq:private" }, xml("storage", { xmlns: "storage:rosternotes" }, note));
}

function privacyList(name: string, denied: readonly string[]) {
  const people = denied.map((each, index) =>
    xml(
      "item",
      { type: "jid", value: each.includes("@") ? each : address(each), action: "deny", order: String(index) },
      ...(index === 0 ? [] : [xml("message"), xml("presence-in")]),
    ),
  );
  const rest = [
    xml("item", { type: "subscription", value: "none", action: "deny", order: "50" }, xml("iq")),
    xml("item", { action: "allow", order: "99" }),
  ];
  return privacy(xml("list", { name }, ...people, ...rest));
}

function privacy(child: ReturnType<typeof xml>) {
  return xml("query", { xmlns: "jabber:iq:privacy" }, child);
}

/**
 * Publishes OMEMO keys and a nickname. Nodes of this server's keep nothing unless they are told to; and of items that have the same id
 * in the same node of several people it writes the last one only.
 */
async function publishKeys(session: OldSession): Promise<void> {
  const omemo = "eu.siacs.conversations.axolotl";
  const key = Buffer.from(session.jid).toString("base64");
  const bundle = xml("bundle", { xmlns: omemo }, xml("identityKey", {}, key), xml("signedPreKeySignature", {}, key));
  await publish(session, `${omemo}.devicelist`, xml("list", { xmlns: omemo }, xml("device", { id: "31415" })));
  await publish(session, `${omemo}.bundles:31415`, bundle);
  await publish(
    session,
    "http://jabber.org/protocol/nick",
    xml("nick", { xmlns: "http://jabber.org/protocol/nick" }, "☺"),
  );
}

async function publish(session: OldSession, node: string, payload: ReturnType<typeof xml>): Promise<void> {
  const field = (name: string, value: string) => xml("field", { var: name }, xml("value", {}, value));
  const form = xml(
    "x",
    { xmlns: "jabber:x:data", type: "submit" },
    xml("field", { var: "FORM_TYPE", type: "hidden" }, xml("value", {}, `${pubsub}#node_config`)),
    field("pubsub#persist_items", "1"),
    field("pubsub#max_items", "1"),
  );
  await session.set(xml("pubsub", { xmlns: pubsub }, xml("create", { node }), xml("configure", {}, form)));
  await session.set(
    xml("pubsub", { xmlns: pubsub }, xml("publish", { node }, xml("item", { id: `of ${session.jid}` }, payload))),
  );
}

const pubsub = "http://jabber.org/protocol/pubsub";

/** Messages that wait for people who are not logged in: bodies by local part, in the order in which they were sent. */
export const waitingMessages: Readonly<Record<string, readonly string[]>> = {
  p40: ["first ☺", "second\nline \\u0041 'quoted' \"double\" & <tag>", "third 🔑"],
  "d\\27artagnan": ["for the musketeer"],
  ελένη: ["γειά"],
};

/** Sends the messages of {@link waitingMessages}. */
export async function fillWaiting(sender: OldSession): Promise<void> {
  for (const [user, bodies] of Object.entries(waitingMessages)) {
    for (const body of bodies) {
      await sender.send(
        xml("message", { to: address(user), type: "chat", id: `w${body.length}` }, xml("body", {}, body)),
      );
    }
  }
  await settled(sender);
}
