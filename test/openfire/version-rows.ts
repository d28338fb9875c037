import { oldDomain } from "./home.ts";
import { openfireTables, type OpenfireColumn, type OpenfireTable } from "./schema.ts";

/** Openfire of one version as its database shows it. */
export interface RecordedVersion {
  /** Version of Openfire. */
  readonly openfire: string;
  /** Number of its database's schema. */
  readonly schema: number;
  /** Maven coordinates of the HSQLDB that it has. */
  readonly hsqldb: string;
  /** Whether the database was stopped in peace. */
  readonly end: "stop" | "kill";
  /** Whether its passwords are encrypted with a key derived by PBKDF2. */
  readonly hasPbkdf2: boolean;
}

/** The versions that {@link versionRows} are recorded in. */
export const recordedVersions: readonly RecordedVersion[] = [
  { openfire: "3.6", schema: 18, hsqldb: "hsqldb:hsqldb:1.8.0.7", end: "stop", hasPbkdf2: false },
  { openfire: "3.10", schema: 21, hsqldb: "hsqldb:hsqldb:1.8.0.10", end: "kill", hasPbkdf2: false },
  { openfire: "4.6", schema: 32, hsqldb: "org.hsqldb:hsqldb:2.4.1", end: "stop", hasPbkdf2: false },
  { openfire: "4.9", schema: 34, hsqldb: "org.hsqldb:hsqldb:2.7.1", end: "kill", hasPbkdf2: false },
  { openfire: "5.0", schema: 37, hsqldb: "org.hsqldb:hsqldb:2.7.1", end: "stop", hasPbkdf2: false },
  { openfire: "5.1", schema: 38, hsqldb: "org.hsqldb:hsqldb:2.7.4", end: "kill", hasPbkdf2: true },
  { openfire: "5.2", schema: 40, hsqldb: "org.hsqldb:hsqldb:2.7.4", end: "stop", hasPbkdf2: true },
];

/** Property `passwordKey` of the recorded versions. */
export const passwordKey = "Cun4p6X4tygdd5i";

/** Salt of the key that PBKDF2 derives, in conf/security.xml. */
export const keySalt = "q83vASNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4k=";

/** Password of romeo and of пётр, whose hash is the one beside it. */
export const provenPassword = "pässwörd Ж";

/** Password of d'artagnan, which is kept without a hash. */
export const unprovenPassword = "three \\u0041 four";

/** Encrypted passwords of {@link provenPassword} and {@link unprovenPassword}. */
export interface EncryptedPasswords {
  readonly proven: string;
  readonly unproven: string;
}

type Row = Readonly<Record<string, string | number | null>>;

/** Writes the statements that make the tables of a version and fill them. */
export function versionStatements(version: RecordedVersion, encrypted: EncryptedPasswords): string[] {
  const rows = versionRows(version.schema, encrypted);
  const tables = [...openfireTables(version.schema), ...monitoringTables(version.schema)];
  return tables.flatMap((table) => (rows[today(table.name)] ?? []).map((row) => insertion(table, row)));
}

/** Tables of the monitoring plugin as it was in the days of a schema. */
export function monitoringTables(schema: number): OpenfireTable[] {
  const column = (name: string, type: string, isNullable = true): OpenfireColumn => ({
    ...{ name, type, isNullable },
    isKey: false,
  });
  const resources = [column("fromJIDResource", "255"), column("toJIDResource", "255")];
  const later = [column("messageID", "big"), column("stanza", "text"), column("isPMforJID", "jid")];
  const archive = [
    column("conversationID", "big", false),
    ...[column("fromJID", "jid", false), column("toJID", "jid", false), column("sentDate", "big", false)],
    ...[column("body", "text"), ...(schema > 18 ? resources : []), ...(schema > 21 ? later : [])],
  ];
  const participant = ["bareJID", "jidResource", "nickname"].map((name) => column(name, "255"));
  return [
    { name: "ofConParticipant", columns: [column("conversationID", "big", false), ...participant] },
    { name: "ofMessageArchive", columns: archive },
  ];
}

function today(name: string): string {
  return name.startsWith("muc") ? `ofM${name.slice(1)}` : name.replace(/^jive/, "of");
}

/** Columns that a version lacks are left out, and those that it needs and no row gives are empty. */
function insertion({ name, columns }: OpenfireTable, row: Row): string {
  const values = columns.map((column) => valueOf(column, row[column.name]));
  return `INSERT INTO ${name} (${columns.map((column) => column.name).join(", ")}) VALUES (${values.join(", ")})`;
}

function valueOf({ type, isNullable }: OpenfireColumn, value: string | number | null | undefined): string {
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return `'${value.replaceAll("'", "''")}'`;
  if (isNullable) return "NULL";
  return type === "int" || type === "big" ? "0" : "''";
}

const time = (second: number) => String(1_300_000_000_000 + second * 1000).padStart(15, "0");
const at = (user: string) => `${user}@${oldDomain}`;
const hall = `hall@conference.${oldDomain}`;

/** Text that is longer than a block of large objects, and than what versions before 4.6 have place for. */
export const longKey = `${"Ж\\u0041'".repeat(3000)}end`;

/** What an Openfire of any version may have, by table and column of today. */
function versionRows(schema: number, { proven, unproven }: EncryptedPasswords): Readonly<Record<string, Row[]>> {
  const scram = {
    salt: "ACBHZwxtA4WKbMqSqy78VU+/QesTLBHq",
    iterations: 4096,
    storedKey: "ypCIwU1aTOdMYcbLBa12fegIZ9E=",
    serverKey: "R+IyvC5TePNchd8zjKzwZ/Kssiw=",
  };
  const user = (username: string, more: Row) => ({
    username,
    creationDate: time(0),
    modificationDate: time(0),
    ...more,
  });
  const hasHashes = schema >= 22;
  return {
    ofVersion: [
      { name: "openfire", version: schema },
      { name: "monitoring", version: 1 },
    ],
    ofProperty: [
      { name: "xmpp.domain", propValue: oldDomain },
      { name: "passwordKey", propValue: passwordKey },
    ],
    ofUser: [
      user("romeo", {
        encryptedPassword: proven,
        name: "Rómeo's",
        email: "r@mail.example",
        ...(schema < 40 ? scram : {}),
      }),
      user("d\\27artagnan", { encryptedPassword: unproven }),
      user("пётр", hasHashes ? (schema < 40 ? scram : {}) : { plainPassword: provenPassword }),
      user("locked", { plainPassword: "secret" }),
      user("nobody", {}),
    ],
    ofUserScram: ["romeo", "пётр"].map((username) => ({ username, mechanism: "SCRAM-SHA-1", ...scram })),
    ofUserFlag: [{ username: "locked", name: "lockout" }],
    ofRoster: [
      { rosterID: 1, username: "romeo", jid: at("d\\27artagnan"), sub: 3, ask: -1, recv: -1, nick: "Charles ☺ <3" },
      { rosterID: 2, username: "d\\27artagnan", jid: at("romeo"), sub: 3, ask: -1, recv: -1 },
      { rosterID: 3, username: "romeo", jid: at("пётр"), sub: 0, ask: 0, recv: -1 },
      {
        ...{ rosterID: 4, username: "пётр", jid: at("romeo"), sub: 0, ask: -1, recv: 1 },
        stanza: `<presence type="subscribe"><status>let me in ☺</status></presence>`,
      },
      { rosterID: 5, username: "romeo", jid: "friend@else.example", sub: 1, ask: -1, recv: -1, nick: null },
    ],
    ofRosterGroups: [
      { rosterID: 1, rank: 0, groupName: "Ämter & Würden" },
      { rosterID: 1, rank: 1, groupName: "it's \\u0041" },
    ],
    ofVCard: [{ username: "romeo", vcard: `<vCard xmlns="vcard-temp"><FN>Rómeo ☃ \\u0041</FN></vCard>` }],
    ofOffline: [
      {
        ...{ username: "d\\27artagnan", messageID: 1, creationDate: time(5), messageSize: 9 },
        stanza: `<message from="${at("romeo")}/r" to="${at("d\\27artagnan")}" type="chat"><body>two\nlines ☺</body></message>`,
      },
    ],
    ofPrivate: [{ username: "romeo", name: "storage", namespace: "storage:bookmarks", privateData: bookmarks }],
    ofPrivacyList: [
      {
        ...{ username: "romeo", name: "blocked ☂", isDefault: 1 },
        list: `<list xmlns="jabber:iq:privacy" name="blocked ☂"><item type="jid" value="x@else.example" action="deny" order="1"/></list>`,
      },
    ],
    ofPresence: [{ username: "romeo", offlinePresence: null, offlineDate: time(9) }],
    ofGroup: [{ groupName: "Crew ☺", description: "all hands" }],
    ofGroupProp: [
      { groupName: "Crew ☺", name: "sharedRoster.showInRoster", propValue: "onlyGroup" },
      { groupName: "Crew ☺", name: "sharedRoster.displayName", propValue: "The crew" },
      { groupName: "Crew ☺", name: "sharedRoster.groupList", propValue: "" },
    ],
    ofGroupUser: [
      { groupName: "Crew ☺", username: "romeo", administrator: 1 },
      { groupName: "Crew ☺", username: at("пётр"), administrator: 0 },
    ],
    ...nodeRows(schema),
    ...roomRows(schema),
  };
}

const bookmarks = `<storage xmlns="storage:bookmarks"><conference jid="${hall}" name="Hall ☺"><nick>R</nick></conference></storage>`;

/** Since schema 29 private storage is in these, too. */
function nodeRows(schema: number): Readonly<Record<string, Row[]>> {
  const omemo = "eu.siacs.conversations.axolotl";
  const key = schema < 31 ? "short" : longKey;
  const items: readonly (readonly [node: string, access: string, payload: string])[] = [
    [`${omemo}.devicelist`, "presence", `<list xmlns="${omemo}"><device id="31415"/></list>`],
    [`${omemo}.bundles:31415`, "presence", `<bundle xmlns="${omemo}"><identityKey>${key}</identityKey></bundle>`],
    ...(schema < 29 ? [] : [["storage:bookmarks", "whitelist", bookmarks] as const]),
  ];
  return {
    ofPubsubNode: items.map(([nodeID, accessModel]) => ({
      ...{ serviceID: at("romeo"), nodeID, leaf: 1, accessModel, publisherModel: "publishers", creator: at("romeo") },
      ...{ persistItems: 1, maxItems: 1, creationDate: time(0), modificationDate: time(0) },
    })),
    ofPubsubItem: items.map(([nodeID, , payload]) => ({
      ...{ serviceID: at("romeo"), nodeID, id: "current", jid: at("romeo"), creationDate: time(0), payload },
    })),
  };
}

function roomRows(schema: number): Readonly<Record<string, Row[]>> {
  const subject = "Thema ☺ 'one'";
  const room = (serviceID: number, roomID: number, name: string, more: Row) => ({
    ...{ serviceID, roomID, name, naturalName: `The ${name} ☺`, description: "it's big", lockedDate: time(0) },
    ...{ creationDate: time(0), modificationDate: time(1), canChangeSubject: 1, publicRoom: 1, canInvite: 1 },
    ...{ canDiscoverJID: 1, logEnabled: 1, rolesToBroadcast: 7, canChangeNick: 1, canRegister: 1 },
    ...more,
  });
  const said = (second: number, nickname: string, body: string | null) => ({
    ...{ roomID: 7, messageID: second, sender: `${at("romeo")}/r`, nickname, logTime: time(second), body },
    stanza: body === null ? null : `<message type="groupchat"><body>${body}</body></message>`,
  });
  const wrote = (second: number, from: string, to: string, body: string, more: Row = {}) => ({
    ...{ messageID: second, conversationID: 1, fromJID: from, fromJIDResource: "r", toJID: to, toJIDResource: null },
    ...{ sentDate: 1_300_000_000_000 + second * 1000, body, stanza: null, isPMforJID: null },
    ...more,
  });
  return {
    ofMucService: [
      { serviceID: 1, subdomain: "conference", description: "Rooms", isHidden: 0 },
      { serviceID: 2, subdomain: "rooms", description: null, isHidden: 0 },
    ],
    ofMucRoom: [
      room(1, 7, "hall", {
        subject: schema < 38 ? subject : `<message type="groupchat"><subject>${subject}</subject></message>`,
        ...{ roomPassword: "gehe1m ☃", maxUsers: 30, membersOnly: 1, moderated: 0, allowpm: 1 },
      }),
      room(2, 8, "quiz", { subject: null, moderated: 1 }),
    ],
    ofMucAffiliation: [
      { roomID: 7, jid: at("romeo"), affiliation: 10 },
      { roomID: 7, jid: at("d\\27artagnan"), affiliation: 40 },
    ],
    ofMucMember: [{ roomID: 7, jid: at("пётр"), nickname: "Пётр ☺" }],
    ofMucConversationLog: [said(1, "Romeo", "one ☺"), said(2, "Romeo", null), said(3, "Romeo", "  it's \\u0041  ")],
    ofConParticipant: [{ conversationID: 1, bareJID: at("пётр"), jidResource: "r", nickname: "Пётр ☺" }],
    ofMessageArchive: [
      wrote(11, at("romeo"), at("d\\27artagnan"), "en garde ☺"),
      wrote(1, at("romeo"), hall, "one ☺", { toJIDResource: "Romeo" }),
      wrote(12, at("romeo"), hall, "only the plugin has it", { toJIDResource: "Romeo" }),
      wrote(13, at("romeo"), hall, "for one", { toJIDResource: "Romeo", isPMforJID: at("пётр") }),
    ],
  };
}
