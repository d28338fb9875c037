import { describe, expect, it } from "vitest";
import { nodePython } from "../testing/node-python.ts";

const decideProgram = `
import datetime
from recovery.decision import Volume, decide
from node.trouble import Trouble
from recovery.store import Backup, RestorePoint, Store
from recovery.timelines import parse
given = json.load(sys.stdin)
volume = Volume(**given["volume"] | {"segments": frozenset(given["volume"].get("segments", ()))})
def backup(entry):
    at = datetime.datetime.fromisoformat(entry.pop("at"))
    snapshot = entry.pop("snapshot", "s")
    point = RestorePoint("p", at, snapshot) if snapshot else None
    return Backup(finished_at=at, restore_point=point, size_bytes=1, **{"timeline": 1, "stop_lsn": "0/2000000"} | entry)
store = given["store"] | {"backups": tuple(map(backup, given["store"].get("backups", ())))}
newest = int(store.get("archived_to", "00000001")[:8], 16)
store["timelines"] = tuple(parse(int(number), text) for number, text in store.get("histories", {str(newest): ""}).items())
store.pop("histories", None)
time = given.get("time") and datetime.datetime.fromisoformat(given["time"])
try:
    made = decide(volume, Store(**store), given.get("choice", "auto"), time, given.get("drill", False))
    print(json.dumps([made.outcome, made.backup and made.backup.label]))
except Trouble as refused:
    print(json.dumps(["refused", refused.text("recovery")]))
`;
const decide = (given: object) => nodePython(decideProgram, given);

const blank = { complete: false };
const full = {
  complete: true,
  system_id: "7",
  timeline: 1,
  redo_segment: "000000010000000000000005",
  segments: ["000000010000000000000005", "000000010000000000000006"],
};
const backups = [
  { label: "B", at: "2026-11-22T11:00:00+00:00" },
  { label: "A", at: "2026-11-22T10:00:00+00:00" },
];
const ready = { kind: "ready", system_id: "7", archived_to: "000000010000000000000006", backups };

describe("a node without data", () => {
  it.each([
    ["restores the newest backup", { store: ready }, ["backup", "B"]],
    ["restores no further than the time", { store: ready, time: "2026-11-22T10:30:00Z" }, ["backup", "A"]],
    ["begins empty beside an empty store", { store: { kind: "empty" } }, ["initialised", null]],
    [
      "begins empty beside a silent store when told to",
      { store: { kind: "unreachable" }, choice: "initialise" },
      ["initialised", null],
    ],
    [
      "takes the next one where the newest has no manifest",
      { store: { ...ready, backups: [{ ...backups[0], snapshot: null }, backups[1]] } },
      ["backup", "A"],
    ],
    [
      "takes none of a history that did not go on",
      {
        store: {
          ...ready,
          backups: [{ ...backups[0], stop_lsn: "0/3000000" }, backups[1]],
          histories: { 2: "1\t0/2800000\tbefore 2026-11-22 10:30:00+00\n" },
        },
      },
      ["backup", "A"],
    ],
  ])("%s", (_what, given, expected) => {
    expect(decide({ volume: blank, ...given })).toEqual(expected);
  });

  it.each([
    ["a silent store", { store: { kind: "unreachable", why: "silent" } }, "sure that there is nothing"],
    ["a store that refuses", { store: { kind: "refused", why: "403" } }, "a key that may read"],
    ["another passphrase", { store: { kind: "locked", why: "locked" } }, "imera:backupPassphrase"],
    ["damaged backups", { store: { kind: "damaged", why: "damaged" } }, "earlier versions"],
    ["a bucket that is gone", { store: { kind: "missing", why: "gone" } }, "imera:backupBucket"],
    ["files without a database", { store: { kind: "useless", why: "no backup" } }, "imera:backupBucket"],
    ["an answer that is none", { store: { kind: "unclear", why: "?" } }, "'npm run pulumi -- up --stack STACK' again"],
    ["a time before all backups", { store: ready, time: "2026-11-22T09:00:00Z" }, "oldest is of 2026-11-22T10:00:00Z"],
    ["backups without any manifest", { store: { ...ready, backups: [{ ...backups[0], snapshot: null }] } }, "backup"],
    ["beginning anew beside a backup", { store: ready, choice: "initialise" }, "a new bucket"],
    [
      "a silent store, with a command that can be run",
      { store: { kind: "unreachable", why: "silent" } },
      "'npm run pulumi -- config set imera:recovery initialise --stack STACK'",
    ],
    [
      "beginning anew beside a locked store",
      { store: { kind: "locked", why: "locked" }, choice: "initialise" },
      "a new bucket",
    ],
    ["a drill of nothing", { store: { kind: "empty" }, drill: true }, "no backup to try"],
  ])("refuses %s", (_what, given, said) => {
    expect(decide({ volume: blank, ...given })).toEqual(["refused", expect.stringContaining(said)]);
  });
});

describe("a node whose volume has data", () => {
  const older = { ...ready, archived_to: "000000010000000000000007" };
  const other = { ...ready, system_id: "8" };
  const later = {
    ...ready,
    archived_to: "000000020000000000000006",
    histories: { 2: "1\t0/2800000\tno recovery target specified\n" },
  };

  it.each([
    ["agrees with the backup", { store: ready }],
    ["is ahead of the backup", { store: { ...ready, archived_to: "000000010000000000000003" } }],
    ["is on a later timeline", { store: older, volume: { ...full, timeline: 2 } }],
    ["cannot be compared: silent store", { store: { kind: "unreachable", why: "silent" } }],
    ["cannot be compared: wrong passphrase", { store: { kind: "locked", why: "locked" } }],
    ["agrees, whatever is wanted otherwise", { store: ready, choice: "backup" }],
    ["is wanted although it disagrees", { store: older, choice: "volume" }],
  ])("uses it where it %s", (_what, given) => {
    expect(decide({ volume: full, ...given })).toEqual(["volume", null]);
  });

  it.each([
    ["an older copy", older, "older copy"],
    ["another database", other, "of another, 8"],
    ["an earlier timeline", later, "timeline 2"],
  ])("refuses to choose where it is %s, and takes what is said", (_what, store, said) => {
    expect(decide({ volume: full, store })).toEqual(["refused", expect.stringContaining(said)]);
    expect(decide({ volume: full, store, choice: "initialise" })).toEqual(["refused", expect.stringContaining(said)]);
    expect(decide({ volume: full, store, choice: "backup" })).toEqual(["backup", "B"]);
  });

  it("refuses data that cannot be read", () => {
    expect(decide({ volume: { complete: true, damage: "no pg_control" }, store: ready })).toEqual([
      "refused",
      expect.stringContaining("no pg_control"),
    ]);
  });
});

const judgeProgram = `
from recovery import store
given = json.load(sys.stdin)
store.has_leftovers = lambda: given.get("leftovers", False)
found = store.judge(given["info"], given["restic"], given.get("said", ""), given.get("snapshots", []))
print(json.dumps([found.kind, [[backup.label, backup.restore_point and backup.restore_point.snapshot] for backup in found.backups]]))
`;
const judge = (given: object) => nodePython(judgeProgram, given);

describe("what the store says", () => {
  /** As pgBackRest 2.55 answers `info --output=json` where it has trouble. */
  const trouble = (message: string) => ({
    status: { code: 99, message: "other" },
    repo: [{ status: { code: 99, message } }],
  });
  const cannotLoad = "unable to load info file '/postgresql/backup/imera/backup.info'";
  const forbidden = "[ProtocolError] HTTP request failed with 403 (Forbidden):\n<Error><Code>AccessDenied</Code>";
  const gone = "[ProtocolError] HTTP request failed with 404 (Not Found):\n<Error><Code>NoSuchBucket</Code>";
  const silent = "[HostConnectError] unable to connect to 'ams3.example.test:443': [111] Connection refused";
  const nothing = { status: { code: 1, message: "missing stanza path" }, archive: [], backup: [], db: [] };

  it.each([
    ["nothing at all", { info: nothing, restic: 10 }, "empty"],
    ["something of no known kind", { info: nothing, restic: 10, leftovers: true }, "useless"],
    ["files only", { info: nothing, restic: 0 }, "useless"],
    ["bytes that make no sense", { info: trouble(`[CryptoError] ${cannotLoad}`), restic: 12 }, "locked"],
    ["bytes that make other nonsense", { info: trouble(`[FormatError] ${cannotLoad}`), restic: 12 }, "locked"],
    ["the same with the right passphrase", { info: trouble(`[CryptoError] ${cannotLoad}`), restic: 0 }, "damaged"],
    ["that the key is not good", { info: trouble(forbidden), restic: 1 }, "refused"],
    ["that the bucket is gone", { info: trouble(gone), restic: 1 }, "missing"],
    ["nothing in time", { info: trouble(silent), restic: 1 }, "unreachable"],
    ["nothing in time to one of the two", { info: trouble(silent), restic: 0 }, "unclear"],
  ])("%s", (_what, given, kind) => {
    expect(judge(given)).toEqual([kind, []]);
  });

  const entry = (label: string, stop: number, database = 1) => ({
    label,
    database: { id: database },
    timestamp: { stop },
    info: { size: 1 },
    archive: { start: "000000010000000000000004" },
    lsn: { stop: "0/2000000" },
  });
  const info = {
    status: { code: 0, message: "ok" },
    archive: [{ id: "17-1", max: "000000010000000000000006" }],
    backup: [entry("of-another-cluster", 1, 0), entry("F", 2), entry("F_I", 3)],
    db: [{ id: 1, "system-id": 7 }],
  };
  const snapshot = {
    id: "s1",
    time: "2026-11-22T10:00:05.123456789Z",
    tags: ["kind=backup", "backup=F", "point=imera-20261122T100000Z"],
  };

  it("lists this database's backups, newest first, with their manifests", () => {
    expect(judge({ info, restic: 0, snapshots: [snapshot] })).toEqual([
      "ready",
      [
        ["F_I", null],
        ["F", "s1"],
      ],
    ]);
  });

  it("is not content with a database whose files cannot be read", () => {
    expect(judge({ info, restic: 1, said: "Fatal: timeout" })).toEqual(["unclear", expect.anything()]);
  });
});
