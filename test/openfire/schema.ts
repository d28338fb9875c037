/** Kind of database that an Openfire keeps its tables in. */
export type Dialect = "hsqldb" | "postgresql" | "mysql";

/** Table as the Openfire of one version has it. */
export interface OpenfireTable {
  readonly name: string;
  readonly columns: readonly OpenfireColumn[];
}

/** Column of an {@link OpenfireTable}. */
export interface OpenfireColumn {
  readonly name: string;
  /** `int`, `big`, `text`, `lob` (a CLOB where the database has them), `jid`, or the length of a text. */
  readonly type: string;
  readonly isKey: boolean;
  readonly isNullable: boolean;
}

/**
 * Tables by name. A column is `name:type`, with `*` before it in the primary key, `?` behind it where it may be null, and `[from-to]`, the
 * versions of the schema that have it. The name of a table may have the last, too.
 */
const tables: Readonly<Record<string, string>> = {
  ofUser: `*username:64 storedKey:32?[22-39] serverKey:32?[22-39] salt:32?[22-39] iterations:int?[22-39] plainPassword:32?
    encryptedPassword:255?[10-] name:100? email:100? creationDate:15 modificationDate:15`,
  "ofUserScram[39-]": "*username:64 *mechanism:32 storedKey:255? serverKey:255? salt:255? iterations:int",
  ofUserProp: "*username:64 *name:100 propValue:text",
  "ofUserFlag[17-]": "*username:64 *name:100 startTime:15? endTime:15?",
  "ofPrivate[-28]": "*username:64 *name:100 *namespace:200 privateData:text",
  ofOffline: "*username:64 *messageID:big creationDate:15 messageSize:int stanza:text",
  ofPresence: "*username:64 offlinePresence:text? offlineDate:15",
  ofRoster: "*rosterID:big username:64 jid:jid sub:int ask:int recv:int nick:255? stanza:text?[33-]",
  ofRosterGroups: "*rosterID:big *rank:int groupName:255",
  ofVCard: "*username:64 vcard:text",
  ofGroup: "*groupName:50 description:255?",
  ofGroupProp: "*groupName:50 *name:100 propValue:text",
  ofGroupUser: "*groupName:50 *username:100 *administrator:int",
  ofID: "*idType:int id:big",
  ofProperty: "*name:100 propValue:4000 encrypted:int?[25-] iv:24?[27-]",
  ofVersion: "*name:50 version:int",
  ofExtComponentConf: "*subdomain:255 wildcard:int secret:255? permission:10",
  ofRemoteServerConf: "*xmppDomain:255 remotePort:int? permission:10",
  ofPrivacyList: "*username:64 *name:100 isDefault:int list:text",
  "ofSASLAuthorized[-36]": "username:64 principal:4000",
  "ofSecurityAuditLog[18-]": "*msgID:big username:64 entryStamp:big summary:255 node:255 details:text?",
  "ofMucService[17-]": "serviceID:big *subdomain:255 description:255? isHidden:int",
  "ofMucServiceProp[17-]": "*serviceID:big *name:100 propValue:4000",
  ofMucRoom: `*serviceID:big[17-] roomID:big creationDate:15 modificationDate:15 *name:50 naturalName:255 description:255? lockedDate:15
    emptyDate:15? canChangeSubject:int maxUsers:int publicRoom:int moderated:int membersOnly:int canInvite:int roomPassword:50?
    canDiscoverJID:int logEnabled:int retireOnDeletion:int?[36-] preserveHistOnDel:int?[35-] subject:100?[-37] subject:text?[38-]
    rolesToBroadcast:int useReservedNick:int canChangeNick:int canRegister:int allowpm:int?[26-] fmucEnabled:int?[32-]
    fmucOutboundNode:255?[32-] fmucOutboundMode:int?[32-] fmucInboundNodes:4000?[32-]`,
  ofMucRoomProp: "*roomID:big *name:100 propValue:text",
  "ofMucRoomRetiree[36-]": "*serviceID:big *name:50 alternateJID:2000? reason:1024?",
  ofMucAffiliation: "*roomID:big *jid:jid affiliation:int",
  ofMucMember: `*roomID:big *jid:jid nickname:255? firstName:100? lastName:100? url:100? email:100? faqentry:100?`,
  ofMucConversationLog: `roomID:big messageID:big?[24-] sender:jid nickname:255? logTime:15 subject:255? body:text? stanza:text?[24-]`,
  ofPubsubNode: `*serviceID:100 *nodeID:100 leaf:int creationDate:15 modificationDate:15 parent:100? deliverPayloads:int maxPayloadSize:int?
    persistItems:int? maxItems:int? notifyConfigChanges:int notifyDelete:int notifyRetract:int presenceBased:int sendItemSubscribe:int
    publisherModel:15 subscriptionEnabled:int configSubscription:int accessModel:10 payloadType:100? bodyXSLT:100? dataformXSLT:100?
    creator:255 description:255? language:255? name:50? replyPolicy:15? associationPolicy:15? maxLeafNodes:int?`,
  ofPubsubNodeJIDs: "*serviceID:100 *nodeID:100 *jid:jid associationType:20",
  ofPubsubNodeGroups: "serviceID:100 nodeID:100 rosterGroup:100",
  ofPubsubAffiliation: "*serviceID:100 *nodeID:100 *jid:jid affiliation:10",
  ofPubsubItem: "*serviceID:100 *nodeID:100 *id:100 jid:255 creationDate:15 payload:4000?[-30] payload:lob?[31-]",
  ofPubsubSubscription: `*serviceID:100 *nodeID:100 *id:100 jid:255 owner:255 state:15 deliver:int digest:int digest_frequency:int
    expire:15? includeBody:int showValues:30? subscriptionType:10 subscriptionDepth:int keyword:200?`,
  ofPubsubDefaultConf: `*serviceID:100 *leaf:int deliverPayloads:int maxPayloadSize:int persistItems:int maxItems:int
    notifyConfigChanges:int notifyDelete:int notifyRetract:int presenceBased:int sendItemSubscribe:int publisherModel:15
    subscriptionEnabled:int accessModel:10 language:255? replyPolicy:15? associationPolicy:15 maxLeafNodes:int`,
};

/** Gives the tables of an Openfire whose schema has this number, with the names that they had then. */
export function openfireTables(version: number): OpenfireTable[] {
  return Object.entries(tables).flatMap(([table, columns]) => {
    const [name = ""] = table.split("[");
    if (!isOf(table, version)) return [];
    return [{ name: nameThen(name, version), columns: columnsOf(columns, version) }];
  });
}

/** Up to schema 18, in Openfire 3.6 and before, tables were called `jiveUser` and `mucRoom`. */
function nameThen(name: string, version: number): string {
  if (version >= 19) return name;
  return name.startsWith("ofMuc") ? `muc${name.slice(5)}` : name.replace(/^of/, "jive");
}

function columnsOf(text: string, version: number): OpenfireColumn[] {
  return text
    .trim()
    .split(/\s+/)
    .filter((column) => isOf(column, version))
    .map((column) => {
      const [, key, name = "", type = "", nullable] = /^(\*?)(\w+):(\w+)(\??)/.exec(column) ?? [];
      return { name, type, isKey: key === "*", isNullable: nullable === "?" };
    });
}

function isOf(text: string, version: number): boolean {
  const [, from, to] = /\[(\d*)-(\d*)\]$/.exec(text) ?? [];
  return version >= Number(from ?? 0) && version <= Number(to === undefined || to === "" ? Infinity : to);
}

/** Writes what creates these tables. */
export function createTables(tables: readonly OpenfireTable[], dialect: Dialect): string[] {
  return tables.map(({ name, columns }) => {
    const lines = columns.map((column) => {
      const presence = column.isNullable ? "" : " NOT NULL";
      return `${column.name} ${typeIn(dialect, column.type)}${presence}`;
    });
    const keys = columns.filter(({ isKey }) => isKey).map((column) => keyIn(dialect, column));
    const constraint = keys.length === 0 ? [] : [`CONSTRAINT ${name}_pk PRIMARY KEY (${keys.join(", ")})`];
    return `CREATE TABLE ${name} (${[...lines, ...constraint].join(", ")})`;
  });
}

/** MySQL has no key over a whole text. */
function keyIn(dialect: Dialect, { name, type }: OpenfireColumn): string {
  return dialect === "mysql" && type === "jid" ? `${name}(70)` : name;
}

function typeIn(dialect: Dialect, type: string): string {
  const own = types[dialect][type];
  return own ?? `VARCHAR(${type})`;
}

const types: Readonly<Record<Dialect, Readonly<Record<string, string>>>> = {
  hsqldb: { int: "INTEGER", big: "BIGINT", text: "LONGVARCHAR", lob: "CLOB", jid: "VARCHAR(1024)" },
  postgresql: { int: "INTEGER", big: "BIGINT", text: "TEXT", lob: "TEXT", jid: "VARCHAR(1024)" },
  mysql: { int: "INTEGER", big: "BIGINT", text: "MEDIUMTEXT", lob: "MEDIUMTEXT", jid: "TEXT", 4000: "TEXT" },
};
