import type { Tally } from "../report/tally.ts";
import type { CopiedRow, WorkingCopy } from "../sources/working-copy.ts";
import { childText, parseElement } from "./element.ts";
import { membersOfGroupAddress } from "./group-members.ts";
import { roomHost, type Move } from "./move.ts";

/** Room that people can come back to. */
export interface Room {
  /** Prepared local part. */
  readonly name: string;
  readonly host: string;
  /** ejabberd's options of a room: true, false, a number, a word (such as `anyone`), or `{text}`. */
  readonly options: Readonly<Record<string, RoomOption>>;
  /** Roles by bare JID: `owner`, `admin`, `member`, `outcast`. */
  readonly affiliations: Readonly<Record<string, string>>;
  readonly subject: string;
  /** Names that people reserved in the room service, by bare JID. */
  readonly nicknames: Readonly<Record<string, string>>;
  /** Number of the room in the source. */
  readonly roomId: string;
  /** Bare JID that the room had at the old server. */
  readonly oldAddress: string;
}

/** Value of an option of a room. */
export type RoomOption = boolean | number | string | { readonly text: string } | readonly string[];

/** Gives the rooms, in the order of their names. Two of one name from two services are told apart by the name of the service. */
export function roomsOf(copy: WorkingCopy, move: Move, services: ReadonlyMap<string, string>, tally: Tally): Room[] {
  const taken = new Set<string>();
  return copy.all("SELECT * FROM ofmucroom ORDER BY CAST(serviceid AS INTEGER), name").flatMap((row) => {
    const name = roomName(copy, row, move, services, taken, tally);
    if (name === undefined) return [];
    taken.add(name);
    const subdomain = services.get(row["serviceid"] ?? "1") ?? "conference";
    return [roomOf(copy, move, row, name, `${row["name"] ?? ""}@${subdomain}.${move.from}`.toLowerCase(), tally)];
  });
}

function roomName(
  copy: WorkingCopy,
  row: CopiedRow,
  move: Move,
  services: ReadonlyMap<string, string>,
  taken: ReadonlySet<string>,
  tally: Tally,
): string | undefined {
  const raw = row["name"] ?? "";
  const name = move.names.local(raw);
  const lost = (reason: string): undefined => {
    tally.lost("rooms", reason, raw);
    return undefined;
  };
  if (name === undefined) {
    lost("no server takes its name");
    return;
  }
  if (isUnopened(copy, row)) {
    lost("nobody has opened it yet");
    return;
  }
  if (!taken.has(name)) {
    tally.over("rooms");
    return name;
  }
  const other = `${name}-${services.get(row["serviceid"] ?? "") ?? "other"}`;
  if (taken.has(other)) {
    lost("another one of its name comes over");
    return;
  }
  tally.changed("rooms", `another service has one of its name: it is ${other} now`, raw);
  return other;
}

/** A busy Openfire leaves the mark of a room that was not set up yet on some that were, and where people talk. */
function isUnopened(copy: WorkingCopy, row: CopiedRow): boolean {
  if (/^0*$/.test((row["lockeddate"] ?? "").trim())) return false;
  const isSetUp = (row["modificationdate"] ?? row["creationdate"]) !== row["creationdate"];
  const said = copy.count("SELECT count(*) FROM ofmucconversationlog WHERE roomid = ?", row["roomid"] ?? "");
  return !isSetUp && said === 0;
}

function roomOf(copy: WorkingCopy, move: Move, row: CopiedRow, name: string, oldAddress: string, tally: Tally): Room {
  const roomId = row["roomid"] ?? "";
  return {
    name,
    host: roomHost(move.to),
    options: optionsOf(row, isArchived(copy, oldAddress)),
    affiliations: affiliationsOf(copy, move, roomId, name, tally),
    subject: subjectOf(row["subject"]),
    nicknames: nicknamesOf(copy, move, roomId, tally),
    roomId,
    oldAddress,
  };
}

/** SQL that a row of the monitoring plugin's archive meets where all who were in a room had the message. */
export const saidToAll = "ispmforjid IS NULL AND owner IS NULL";

/** The monitoring plugin has an archive of its own for people to look things up in, also of rooms without a log. */
function isArchived(copy: WorkingCopy, oldAddress: string): boolean {
  const found = copy.all(`SELECT 1 FROM ofmessagearchive WHERE lower(tojid) = ? AND ${saidToAll} LIMIT 1`, oldAddress);
  return found.length > 0;
}

function optionsOf(row: CopiedRow, hasArchive: boolean): Record<string, RoomOption> {
  const is = (column: string) => row[column] === "1";
  const password = row["roompassword"] ?? "";
  const most = Number(row["maxusers"] ?? 0);
  return {
    title: { text: row["naturalname"] ?? "" },
    description: { text: row["description"] ?? "" },
    allow_change_subj: is("canchangesubject"),
    ...(most > 0 ? { max_users: most } : {}),
    public: is("publicroom"),
    public_list: is("publicroom"),
    moderated: is("moderated"),
    members_only: is("membersonly"),
    members_by_default: true,
    allow_user_invites: is("caninvite"),
    password_protected: password !== "",
    password: { text: password },
    anonymous: !is("candiscoverjid"),
    mam: is("logenabled") || hasArchive,
    logging: false,
    persistent: true,
    presence_broadcast: broadcastRoles(Number(row["rolestobroadcast"] ?? 7)),
    allowpm: privateMessages[row["allowpm"] ?? "0"] ?? "anyone",
    allow_visitor_nickchange: is("canchangenick"),
  };
}

const privateMessages: Readonly<Record<string, string>> = {
  "0": "anyone",
  "1": "participants",
  "2": "moderators",
  "3": "none",
};

function broadcastRoles(bits: number): string[] {
  const roles = [
    [4, "moderator"],
    [2, "participant"],
    [1, "visitor"],
  ] as const;
  return roles.flatMap(([bit, role]) => ((bits & bit) === 0 ? [] : [role]));
}

/** Since Openfire 5.1 a subject is the whole message that set it. */
function subjectOf(subject: string | null | undefined): string {
  const message = subject?.startsWith("<message") === true ? parseElement(subject) : undefined;
  return message === undefined ? (subject ?? "") : childText(message, "subject");
}

const roles: Readonly<Record<string, string>> = { "10": "owner", "20": "admin", "30": "member", "40": "outcast" };

function affiliationsOf(
  copy: WorkingCopy,
  move: Move,
  roomId: string,
  name: string,
  tally: Tally,
): Record<string, string> {
  const rows = [
    ...copy.all("SELECT jid, '30' AS affiliation FROM ofmucmember WHERE roomid = ?", roomId),
    // The higher role of two comes last, and stays.
    ...copy.all(
      "SELECT jid, affiliation FROM ofmucaffiliation WHERE roomid = ? ORDER BY CAST(affiliation AS INTEGER) DESC",
      roomId,
    ),
  ];
  const found = new Map<string, string>();
  for (const { jid, affiliation } of rows) {
    const role = roles[affiliation ?? ""];
    if (role === undefined) continue;
    const members = membersOfGroupAddress(copy, move, jid ?? "");
    const address = move.jid(jid ?? "");
    if (members !== undefined) {
      tally.remark(
        name,
        `roles in rooms: a group's role went to its ${members.length} members; later ones do not follow`,
      );
      for (const member of members) found.set(member, role);
    } else if (address === undefined) tally.lost("affiliations", `no server takes the address: ${jid ?? ""}`, name);
    else found.set(address, role);
  }
  tally.over("affiliations", found.size);
  return Object.fromEntries(found);
}

function nicknamesOf(copy: WorkingCopy, move: Move, roomId: string, tally: Tally): Record<string, string> {
  const rows = copy.all(
    "SELECT jid, nickname FROM ofmucmember WHERE roomid = ? AND nickname IS NOT NULL AND nickname <> ''",
    roomId,
  );
  const names = rows.flatMap(({ jid, nickname }) => {
    const address = move.jid(jid ?? "");
    return address === undefined || membersOfGroupAddress(copy, move, jid ?? "") !== undefined
      ? []
      : [[address, nickname ?? ""] as const];
  });
  tally.over("nicknames", names.length);
  return Object.fromEntries(names);
}
