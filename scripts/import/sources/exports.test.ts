import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { temporaryFolder } from "../../../host/testing/temporary-folder.ts";
import { personalHistory } from "../model/history.ts";
import { readPeople } from "../testing/read-people.ts";
import { openSource, type OpenedSource, type SourceOptions } from "./open-source.ts";

const opened: OpenedSource[] = [];
afterEach(() => {
  for (const source of opened.splice(0)) source[Symbol.dispose]();
});

/** Opens the first of these files, by name in one folder. */
async function open(files: Readonly<Record<string, string | Buffer>>, options?: SourceOptions): Promise<OpenedSource> {
  const folder = temporaryFolder("export");
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  const source = await openSource(join(folder, Object.keys(files)[0] ?? ""), options);
  opened.push(source);
  return source;
}

const own = (...users: string[]) =>
  `<?xml version="1.0" encoding="UTF-8"?>\n\n<Openfire>${users.join("\n")}</Openfire>\n`;
const ownUser = (name: string, password: string, roster = "") =>
  `<User><Username>${name}</Username><Password>${password}</Password><Email>a@b.c</Email><Name>N</Name>` +
  `<CreationDate>1125442154664</CreationDate><ModifiedDate>1125442154664</ModifiedDate><Roster>${roster}</Roster></User>`;

const portable = (...users: string[]) =>
  `<?xml version='1.0' encoding='UTF-8'?><server-data xmlns='urn:xmpp:pie:0'><host jid='old.test'>${users.join("")}</host></server-data>`;

describe("an export of Openfire's plugin in its own form", () => {
  it("has people with their passwords and contacts, each group apart", async () => {
    const roster =
      '<Item jid="Juliet@old.test" askstatus="-1" recvstatus="-1" substatus="3" name="J &amp; K"><Group>One</Group><Group>Two</Group></Item>' +
      '<Item jid="x@else.test" askstatus="0" recvstatus="1" substatus="0"/>';
    const { people } = await readPeople(await open({ "users.xml": own(ownUser("romeo", "R0m30", roster)) }));
    expect(people.get("romeo")).toMatchObject({
      origin: "known",
      contacts: [
        { jid: "juliet@new.test", name: "J & K", subscription: "B", groups: ["One", "Two"] },
        { jid: "x@else.test", name: "", subscription: "N", ask: "B" },
      ],
    });
  });

  it.each([
    ["romeo", "romeo"],
    ["d\\27artagnan", "D\\27Artagnan"],
    ["weiß", "Weiß"],
  ])("never has %s log in with the name that stands for a password that could not be read", async (name, password) => {
    for (const document of [own(ownUser(name, password)), portable(`<user name='${name}' password='${password}'/>`)]) {
      const { people, tally } = await readPeople(await open({ "users.xml": document }));
      expect([...people.values()]).toMatchObject([{ origin: "none", credentials: [] }]);
      expect(tally.counts.get("passwords")).toMatchObject({ over: 0, lost: 1 });
    }
  });

  it("is refused by line where something else is in it", async () => {
    const strange = own(ownUser("a", "b"), "<User><Username/></User>");
    await expect(open({ "users.xml": strange })).rejects.toThrow(/line 4: it has an element User that is no user/);
  });
});

describe("an export by XEP-0227", () => {
  const everything =
    `<user name='romeo' password='R0m30'>` +
    `<presence xmlns='jabber:client' type='subscribe' from='Nurse@old.test/x'><status>It is me</status></presence>` +
    `<query xmlns='jabber:iq:roster'><item jid='juliet@old.test' subscription='both' name='J'><group>A</group><group>B</group></item>` +
    `<item jid='nurse@old.test' subscription='to'/><item jid='asked@else.test' subscription='none' ask='subscribe'/></query>` +
    `<presence type='subscribe' from='stranger@else.test'/>` +
    `<offline-messages><message xmlns='jabber:client' from='juliet@old.test/b' type='chat'><body>late</body>` +
    `<delay xmlns='urn:xmpp:delay' from='old.test' stamp='2026-01-02T03:04:05.678Z'>Offline Storage</delay></message></offline-messages>` +
    `<vCard xmlns='vcard-temp'><FN>Rómeo</FN></vCard>` +
    `<query xmlns='jabber:iq:private'><notes xmlns='storage:rosternotes'>East</notes>` +
    `<storage xmlns='storage:bookmarks'><conference jid='a@conference.old.test' name='old'/></storage></query>` +
    `<query xmlns='jabber:iq:privacy'><default name='block'/><list name='block'><item action='deny' order='1' type='jid' value='x@y.z'/></list></query>` +
    `<pubsub xmlns='http://jabber.org/protocol/pubsub#owner'><configure node='urn:xmpp:bookmarks:1'><x xmlns='jabber:x:data'>` +
    `<field var='pubsub#access_model'><value>whitelist</value></field><field var='pubsub#max_items'><value>max</value></field></x></configure></pubsub>` +
    `<pubsub xmlns='http://jabber.org/protocol/pubsub'><items node='urn:xmpp:bookmarks:1'>` +
    `<item id='a@conference.new.test'><conference xmlns='urn:xmpp:bookmarks:1' name='new'/></item></items>` +
    `<items node='imera:n'><item id='2'><b xmlns='x'/></item><item id='1'><a xmlns='x'/></item></items></pubsub></user>`;

  it("has all that it has a place for", async () => {
    const { people, tally } = await readPeople(await open({ "users.xml": portable(everything) }));
    const romeo = people.get("romeo");
    expect(romeo?.contacts).toMatchObject([
      { jid: "juliet@new.test", subscription: "B", groups: ["A", "B"] },
      { jid: "nurse@new.test", subscription: "T", ask: "I", message: "It is me" },
      { jid: "asked@else.test", subscription: "N", ask: "O" },
      { jid: "stranger@else.test", subscription: "N", ask: "I" },
    ]);
    expect(romeo?.vcard?.search).toMatchObject({ fn: "Rómeo" });
    expect(romeo?.private.map(({ namespace }) => namespace)).toEqual(["storage:rosternotes", "storage:bookmarks"]);
    expect(romeo?.privacy).toMatchObject({ default: "block", lists: [{ name: "block", rules: [{ value: "x@y.z" }] }] });
    expect(romeo?.offline).toHaveLength(1);
    expect(romeo?.offline[0]).toMatch(/^<message from='juliet@new.test\/b' to='romeo@new.test' xmlns='jabber:client'/);
    expect(romeo?.offline[0]?.match(/<delay/g)).toHaveLength(1);
    const nodes = Object.fromEntries(romeo?.nodes.map(({ node, items }) => [node, items]) ?? []);
    expect(nodes["imera:n"]?.map(({ id }) => id)).toEqual(["2", "1"]);
    expect(nodes["urn:xmpp:bookmarks:1"]).toMatchObject([
      { id: "a@conference.new.test", xml: "<conference xmlns='urn:xmpp:bookmarks:1' name='new'/>" },
    ]);
    expect(tally.counts.get("bookmarks")?.over).toBe(1);
    expect(tally.counts.get("nodes")?.over).toBe(2);
  });

  const hash = (mechanism: string, bytes: number, write = (text: string) => text) => {
    const base64 = (length: number) => write(Buffer.alloc(length, 7).toString("base64"));
    return (
      `<scram-credentials xmlns='urn:xmpp:pie:0#scram' mechanism='${mechanism}'><iter-count>4096</iter-count>` +
      `<salt>${base64(16)}</salt><server-key>${base64(bytes)}</server-key><stored-key>${base64(bytes)}</stored-key></scram-credentials>`
    );
  };
  const twice = (text: string) => Buffer.from(text).toString("base64");

  it.each([
    [hash("SCRAM-SHA-1", 20) + hash("SCRAM-SHA-256", 32) + hash("SCRAM-SHA-512", 64), "hashes", 3],
    [hash("SCRAM-SHA-256", 32), "hash", 1],
    [hash("SCRAM-SHA-1", 20, twice), "hash", 1],
    [hash("SCRAM-SHA-1", 19), "none", 0],
    [hash("SCRAM-SHA3-512", 64), "none", 0],
  ])("has the hashes of a password as they are: %#", async (credentials, origin, number) => {
    const { people } = await readPeople(await open({ "u.xml": portable(`<user name='romeo'>${credentials}</user>`) }));
    expect(people.get("romeo")?.origin).toBe(origin);
    expect(people.get("romeo")?.credentials).toHaveLength(number);
    for (const { salt } of people.get("romeo")?.credentials ?? []) expect(Buffer.from(salt, "base64")).toHaveLength(16);
  });

  it("has each message in the archive of whom it was in, and no other", async () => {
    const result = (from: string, to: string, text: string) =>
      `<result xmlns='urn:xmpp:mam:2' id='1'><forwarded xmlns='urn:xmpp:forward:0'><delay xmlns='urn:xmpp:delay' stamp='2026-01-02T03:04:05.678901Z'/>` +
      `<message xmlns='jabber:client' from='${from}' to='${to}' type='chat'><body>${text}</body></message></forwarded></result>`;
    const archive = (...results: string[]) => `<archive xmlns='urn:xmpp:pie:0#mam'>${results.join("")}</archive>`;
    const source = await open({
      "users.xml": portable(
        `<user name='romeo'>${archive(result("romeo@old.test/a", "juliet@old.test", "one"))}</user>`,
        `<user name='juliet'>${archive(result("romeo@old.test/a", "juliet@old.test", "one"))}</user>`,
        `<user name='nurse'>${archive(result("x@else.test", "nurse@old.test/b", "two"))}</user>`,
      ),
    });
    const { move, tally } = await readPeople(source);
    const archived = [...personalHistory(source.copy, move, () => true, [], tally)];
    expect(archived.map(({ owner, peer, ms, txt }) => [owner, peer, ms, txt])).toEqual([
      ["juliet", "romeo@new.test/a", 1767323045678, "one"],
      ["nurse", "x@else.test", 1767323045678, "two"],
      ["romeo", "juliet@new.test", 1767323045678, "one"],
    ]);
  });

  it("of several domains is read for the one that is named", async () => {
    const two = { "u.xml": portable("<user name='a'/></host><host jid='Other.test'><user name='b'/>") };
    await expect(open(two)).rejects.toThrow(/several domains, old\.test and other\.test[^]*--from-domain/);
    const source = await open(two, { fromDomain: "OTHER.test" });
    expect(source.copy.all("SELECT username FROM ofuser")).toEqual([{ username: "b" }]);
    expect(source.notes).toEqual(["left out, as of another domain: all accounts of old.test"]);
    await expect(open(two, { fromDomain: "third.test" })).rejects.toThrow(
      /no accounts of third\.test, but of old\.test/,
    );
  });

  it("says what of it has no place, and that Openfire ran groups together", async () => {
    const roster = "<query xmlns='jabber:iq:roster'><item jid='a@b.c' subscription='both'><group/></item></query>";
    const { notes } = await open({ "u.xml": portable(`<user name='a'><x xmlns='y'/><x xmlns='y'/>${roster}</user>`) });
    expect(notes).toEqual(["left out, as unknown here: 2 elements x of y", expect.stringMatching(/ran the groups/)]);
  });

  it.each([
    ["packed", { "u.xml.gz": gzipSync(portable(everything)) }],
    [
      "with prefixes",
      {
        "u.xml":
          "<p:server-data xmlns:p='urn:xmpp:pie:0'><p:host jid='old.test'><p:user name='romeo'/></p:host></p:server-data>",
      },
    ],
    ["in UTF-16", { "u.xml": Buffer.from(`\ufeff${portable(everything).replace("UTF-8", "UTF-16")}`, "utf16le") }],
    ["in Latin-1", { "u.xml": Buffer.from(portable(everything).replace("UTF-8", "ISO-8859-1"), "latin1") }],
    [
      "in several files",
      {
        "all.xml": `<server-data xmlns='urn:xmpp:pie:0' xmlns:xi='http://www.w3.org/2001/XInclude'><xi:include href='old.test.xml'/></server-data>`,
        "old.test.xml": `<host xmlns='urn:xmpp:pie:0' xmlns:xi='http://www.w3.org/2001/XInclude' jid='old.test'><xi:include href='old.test/romeo.xml'/></host>`,
        "old.test/romeo.xml": `<user xmlns='urn:xmpp:pie:0' name='romeo' password='R0m30'/>`,
      },
    ],
  ])("is read %s", async (_, files) => {
    const { people } = await readPeople(await open(files));
    expect([...people.keys()]).toEqual(["romeo"]);
  });
});
