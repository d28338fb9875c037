import { NotSql } from "./sql-values.ts";

/** Tables of Openfire that are read, in lower case, with the columns that some version has. All else in a source is only counted. */
export const knownTables: Readonly<Record<string, readonly string[]>> = {
  ofversion: ["name", "version"],
  ofproperty: ["name", "propvalue", "encrypted", "iv"],
  ofuser: [
    ...["username", "plainpassword", "encryptedpassword", "name", "email", "creationdate", "modificationdate"],
    ...["storedkey", "serverkey", "salt", "iterations"],
  ],
  ofuserscram: ["username", "mechanism", "storedkey", "serverkey", "salt", "iterations"],
  ofuserflag: ["username", "name", "starttime", "endtime"],
  ofroster: ["rosterid", "username", "jid", "sub", "ask", "recv", "nick", "stanza"],
  ofrostergroups: ["rosterid", "rank", "groupname"],
  ofvcard: ["username", "vcard"],
  ofoffline: ["username", "messageid", "creationdate", "messagesize", "stanza"],
  ofprivate: ["username", "name", "namespace", "privatedata"],
  ofprivacylist: ["username", "name", "isdefault", "list"],
  ofpresence: ["username", "offlinepresence", "offlinedate"],
  ofgroup: ["groupname", "description"],
  ofgroupprop: ["groupname", "name", "propvalue"],
  ofgroupuser: ["groupname", "username", "administrator"],
  ofmucservice: ["serviceid", "subdomain", "description", "ishidden"],
  ofmucserviceprop: ["serviceid", "name", "propvalue"],
  ofmucroom: [
    ...["serviceid", "roomid", "creationdate", "modificationdate", "name", "naturalname", "description", "lockeddate"],
    ...["emptydate", "canchangesubject", "maxusers", "publicroom", "moderated", "membersonly", "caninvite"],
    ...["roompassword", "candiscoverjid", "logenabled", "subject", "rolestobroadcast", "usereservednick"],
    ...["canchangenick", "canregister", "allowpm", "fmucenabled"],
  ],
  ofmucaffiliation: ["roomid", "jid", "affiliation"],
  ofmucmember: ["roomid", "jid", "nickname", "firstname", "lastname", "url", "email", "faqentry"],
  ofmucconversationlog: [...["roomid", "messageid", "sender", "nickname", "logtime", "subject", "body", "stanza"]],
  ofmessagearchive: [
    ...["messageid", "conversationid", "fromjid", "fromjidresource", "tojid", "tojidresource", "sentdate"],
    ...["stanza", "body", "ispmforjid", "owner"],
  ],
  ofconparticipant: ["conversationid", "barejid", "nickname"],
  ofpubsubnode: ["serviceid", "nodeid", "leaf", "accessmodel", "publishermodel", "maxitems", "persistitems", "creator"],
  ofpubsubitem: ["serviceid", "nodeid", "id", "jid", "creationdate", "payload"],
  ofextcomponentconf: ["subdomain"],
  ofremoteserverconf: ["xmppdomain", "permission"],
  lob_ids: ["lob_id", "lob_length", "lob_usage_count", "lob_type"],
  lobs: ["block_addr", "block_count", "block_offset", "lob_id"],
};

/** Gives the name of today for a table's name in a source, in lower case: before Openfire 3.6.4 they began with `jive` and `muc`. */
export function tableOfToday(name: string): string {
  const lower = unqualified(name).toLowerCase();
  if (lower.startsWith("jive")) return `of${lower.slice(4)}`;
  return lower.startsWith("muc") ? `of${lower}` : lower;
}

/** Gives the name of today for a column's name in a source, in lower case. `table` is a name of today. */
export function columnOfToday(table: string, name: string): string {
  const lower = unqualified(name).toLowerCase();
  return formerColumns[`${table}.${lower}`] ?? lower;
}

const formerColumns: Readonly<Record<string, string>> = {
  "ofuser.password": "plainpassword",
  "ofvcard.value": "vcard",
  "ofprivate.value": "privatedata",
  "ofoffline.message": "stanza",
};

/**
 * Gives the name of today for a table that a dump creates, and keeps the name in `created`. Throws {@link NotSql} for a second one of its
 * name, as in a dump of several databases: the people of both would become one.
 */
export function createdOnce(name: string, created: Set<string>): string {
  const [own, table] = [unqualified(name).toLowerCase(), tableOfToday(name)];
  if (created.has(own) && knownTables[table] !== undefined) {
    throw new NotSql(`it has a second table ${unqualified(name)}: dump Openfire's database alone`);
  }
  created.add(own);
  return table;
}

/** Takes the schema and the quotes off a name in SQL: `PUBLIC."rank"` is `rank`. */
function unqualified(name: string): string {
  return name.slice(name.lastIndexOf(".") + 1).replaceAll(/["'`[\]]/g, "");
}
