import { readFileSync } from "node:fs";
import { beforeEach, describe, expect, it } from "vitest";

import { type NodeRoot, nodeRoot } from "../testing/node-root.ts";

let node: NodeRoot;
beforeEach(() => {
  node = nodeRoot();
});

const at = (time: string) => `2026-11-26T${time}Z`;
const begun = (number: number, time: string) => `# imera: timeline ${String(number)} begun at ${at(time)}\n`;

/**
 * The network's life: timeline 1; at 12:00 back to 10:10 (2); at 13:00 to 11:10, which 2 had cut off (3); at 14:00 to 10:40 (4), and
 * at 15:00 its droplet and volume were lost (5). As PostgreSQL writes it, with the comments.
 */
const toTime = (parent: number, lsn: string, time: string) =>
  `${String(parent)}\t${lsn}\tbefore 2026-11-26 ${time}.123456+00\n\n`;
const histories = {
  2: `${toTime(1, "0/2800000", "10:10:07")}${begun(2, "12:00:00")}`,
  3: `${toTime(1, "0/4800000", "11:10:03")}${begun(3, "13:00:00")}`,
  4: `${toTime(1, "0/3800000", "10:40:09")}${begun(4, "14:00:00")}`,
  5: `${toTime(1, "0/3800000", "10:40:09")}${begun(4, "14:00:00")}\n4\t0/5000028\tno recovery target specified\n${begun(5, "15:00:00")}`,
};
const backups = [
  { label: "on 5", at: "15:10:00", timeline: 5, lsn: "0/6000000" },
  { label: "on 4", at: "14:10:00", timeline: 4, lsn: "0/4000000" },
  { label: "on 3", at: "13:10:00", timeline: 3, lsn: "0/5000000" },
  { label: "on 2", at: "12:10:00", timeline: 2, lsn: "0/3000000" },
  { label: "on 1, 11:00", at: "11:00:00", timeline: 1, lsn: "0/4000000" },
  { label: "on 1, 10:30", at: "10:30:00", timeline: 1, lsn: "0/3000000" },
  { label: "on 1, 10:00", at: "10:00:00", timeline: 1, lsn: "0/2000000" },
];

/** Timeline, backup and end of that timeline for a restore to `time`; the words of the refusal where there is one. */
function choice(time: string | null, known: Readonly<Record<string, string>> = histories, made = backups): unknown {
  return node.python(`
import datetime
from recovery.decision import newest, timeline_at
from recovery.store import Backup, RestorePoint, Store
from recovery.timelines import Timeline, parse
from node import timestamps
at = lambda time: timestamps.parse(f"2026-11-26T{time}Z")
texts = json.loads(${JSON.stringify(JSON.stringify(known))})
backups = tuple(Backup(entry["label"], at(entry["at"]), 1, entry["timeline"], entry["lsn"], RestorePoint("p", at(entry["at"]), "s")) for entry in json.loads(${JSON.stringify(JSON.stringify(made))}))
store = Store("ready", backups=backups, timelines=(Timeline(1), *(parse(int(number), text) for number, text in texts.items())))
time = json.loads(${JSON.stringify(JSON.stringify(time))})
time = time and at(time)
try:
    timeline, left = timeline_at(store, time)
    print(json.dumps([timeline.number, newest(store, time).label, left and f"{left:%H:%M:%S}"]))
except trouble.Trouble as refused:
    print(json.dumps(refused.text("restore")))
`);
}

describe("the history that a time belongs to", () => {
  it.each([
    ["before all restores", "10:05:00", [1, "on 1, 10:00", "12:00:00"]],
    ["cut off by the first restore only", "11:30:00", [1, "on 1, 11:00", "12:00:00"]],
    ["between the times of two restores", "10:35:00", [1, "on 1, 10:30", "12:00:00"]],
    ["on a history that was left altogether", "12:30:00", [2, "on 2", "13:00:00"]],
    ["right at a restore", "12:00:00", [2, "on 1, 10:00", "13:00:00"]],
    ["after a restore and before its first backup", "13:05:00", [3, "on 1, 11:00", "14:00:00"]],
    ["before a rebuild", "14:30:00", [4, "on 4", "15:00:00"]],
    ["after a rebuild and before its first backup", "15:05:00", [5, "on 4", null]],
    ["in the present", "16:00:00", [5, "on 5", null]],
  ])("%s", (_what, time, expected) => {
    expect(choice(time)).toEqual(expected);
  });

  it("is the newest where the newest state is wanted, with no backup of a history that it left", () => {
    expect(choice(null)).toEqual([5, "on 5", null]);
    expect(choice(null, histories, backups.slice(2))).toEqual([5, "on 1, 10:30", null]);
    expect(choice(null, histories, backups.slice(2, 5))).toContain("no backup can be verified");
  });

  it("is told by the backups where nobody noted when it began, or not at all", () => {
    const unknown = { 2: toTime(1, "0/2800000", "10:10:07") };
    const made = backups.slice(3);
    expect(choice("12:30:00", unknown, made)).toEqual([2, "on 2", null]);
    expect(choice("10:45:00", unknown, made)).toEqual([1, "on 1, 10:30", "12:10:00"]);
    expect(choice("11:30:00", unknown, made)).toMatch(
      /not known which history.*choose a time before 2026-11-26T11:00:00Z or after 2026-11-26T12:10:00Z/s,
    );
    expect(choice("11:30:00", unknown, made.slice(1))).toMatch(/choose a time before 2026-11-26T11:00:00Z\.$/);
  });
});

describe("what a restore brings back", () => {
  const compare = (before: object, after: object) =>
    node.python(
      `from recovery import returned\nprint(json.dumps(returned.compare(*json.loads(${JSON.stringify(JSON.stringify([before, after]))}))))`,
    );

  it("tells a new account from a new password, and a removed one that is back from both", () => {
    const before = {
      accounts: { "alice@a": "new", "carl@a": "c", "dora@a": "d", "new@a": "n" },
      banned: ["carl@a", "new@a", "dora@a"],
      tokens: ["1", "2"],
    };
    const after = {
      accounts: { "alice@a": "former", "bob@a": "b", "carl@a": "c", "dora@a": "d" },
      banned: ["dora@a"],
      tokens: ["2", "3"],
    };
    expect(compare(before, after)).toEqual({
      accounts: ["bob@a"],
      unbanned: ["carl@a"],
      passwords: 1,
      tokens: 1,
      gone: 1,
    });
    expect(compare(after, after)).toEqual({ accounts: [], unbanned: [], passwords: 0, tokens: 0, gone: 0 });
  });
});

describe("the beginning of a history", () => {
  const mark = () =>
    node.python(
      "from recovery import timelines\ntimelines.mark_begin(folder / 'main')\nprint(json.dumps(sorted(path.name for path in folder.glob('main/pg_wal/*'))))",
    );
  const history = () => readFileSync(node.place("/main/pg_wal/00000003.history"), "utf8");

  it("is noted once, in the newest history file, after what PostgreSQL wrote there", () => {
    node.write("/main/pg_wal/00000002.history", histories[2]);
    node.write("/main/pg_wal/00000003.history", "2\t0/3000028\tno recovery target specified");
    mark();
    expect(history()).toMatch(/^2\t0\/3000028\tno recovery target specified\n# imera: timeline 3 begun at \S+Z\n$/);
    const once = history();
    mark();
    expect(history()).toBe(once);
    expect(readFileSync(node.place("/main/pg_wal/00000002.history"), "utf8")).toBe(histories[2]);
  });

  it("is not noted of a first one, which has no file", () => {
    node.write("/main/pg_wal/000000010000000000000004", "");
    expect(mark()).toEqual(["000000010000000000000004"]);
  });
});
