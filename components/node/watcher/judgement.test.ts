import { expect, it } from "vitest";
import { nodePython } from "../../testing/node-python.ts";

/** Event of a test: a subject that worked or failed at a second, or nothing but the time. */
type Event = readonly [second: number, subject?: string, works?: boolean];

/** Change that was told. */
interface Told {
  readonly second: number;
  readonly subject: string;
  readonly change: string;
  readonly since: number;
  readonly ended: number;
}

const judging = `
from watcher.judgement import Judge
from watcher.subject import Subject
given = json.load(sys.stdin)
known = {name: Subject(name, name, name, "", "", patience, tuple(map(tuple, needs)), is_seen_elsewhere=name != "eye watcher") for name, patience, needs in given["subjects"]}
judge, told, events = Judge(known, 1000.0, given["delay"]), [], given["events"]
second = 0.0
while second <= given["until"]:
    while events and events[0][0] <= second:
        _, *what = events.pop(0)
        if what:
            judge.worked(what[0], 1000 + second) if what[1] else judge.failed(what[0], 1000 + second, "seen")
    # A watcher that is stopped judges nothing.
    if not any(begin <= second < end for begin, end in given["stopped"]):
        told += [{"second": second, "subject": each.subject.name, "change": each.change, "since": each.since - 1000, "ended": each.ended_at - 1000} for each in judge.tick(1000 + second)]
    second += 0.5
print(json.dumps(told))
`;

function judge(
  events: readonly Event[],
  until: number,
  options: {
    readonly subjects?: readonly unknown[];
    readonly stopped?: readonly unknown[];
    readonly delaySeconds?: number;
  } = {},
): readonly Told[] {
  const { subjects = [["server", 7, []]], stopped = [], delaySeconds = 0 } = options;
  return nodePython(judging, { events, until, subjects, stopped, delay: delaySeconds }) as readonly Told[];
}

/** Makes an event of a subject for every other second of a time. */
function every2(subject: string, from: number, to: number, works: boolean): Event[] {
  return Array.from({ length: Math.ceil((to - from) / 2) }, (_, index) => [from + 2 * index, subject, works] as const);
}

const inOrder = (...lists: readonly (readonly Event[])[]) => lists.flat().toSorted(([a], [b]) => a - b);

it("tells of what has not worked for seven seconds, and not of what fails for six", () => {
  const told = judge([...every2("server", 0, 10, true), ...every2("server", 10, 40, false)], 40);
  expect(told).toMatchObject([{ subject: "server", change: "trouble", second: 15, since: 10 }]);
  expect(
    judge([...every2("server", 0, 10, true), ...every2("server", 10, 14, false), [14.5, "server", true]], 40),
  ).toEqual([]);
});

it("says when it is over, how long it was, and nothing in between", () => {
  const told = judge(
    [...every2("server", 0, 10, true), ...every2("server", 10, 100, false), ...every2("server", 100, 130, true)],
    130,
  );
  expect(told.map(({ change }) => change)).toEqual(["trouble", "over"]);
  expect(told[1]).toMatchObject({ second: 104, since: 10, ended: 100 });
});

it("makes one message of a subject that comes and goes, and says when it has settled", () => {
  const flapping = Array.from({ length: 12 }, (_, round) =>
    every2("server", round * 30, round * 30 + 30, round % 2 === 0),
  );
  const told = judge([...flapping.flat(), ...every2("server", 360, 1200, true)], 1200);
  expect(told.map(({ change }) => change)).toEqual(["trouble", "unstable", "stable"]);
  expect(told[2]?.second).toBeGreaterThan(900);
});

it("says at most one thing a minute of a subject", () => {
  const told = judge([...every2("server", 0, 20, false), ...every2("server", 20, 200, true)], 200);
  expect(told.map(({ change, second }) => [change, second])).toEqual([
    ["trouble", 7],
    ["over", 67],
  ]);
});

const resting = [
  ["node", 7, []],
  ["server", 7, [["node"]]],
  ["archive", 20, [["server"]]],
];

it("hides behind a droplet that is gone what runs there, and gives it its time when the droplet is back", () => {
  const all = (from: number, to: number, works: boolean) =>
    inOrder(
      every2("node", from, to, works),
      every2("server", from + 1, to, works),
      every2("archive", from + 1, to, works),
    );
  const late = inOrder(
    every2("node", 200, 260, true),
    every2("server", 206, 260, true),
    every2("archive", 212, 260, true),
  );
  const told = judge([...all(0, 10, true), ...all(10, 200, false), ...late], 260, { subjects: resting });
  expect(told.map(({ subject, change }) => `${subject} ${change}`)).toEqual(["node trouble", "node over"]);
});

it("tells of what rests on something that works, though that is asked later", () => {
  const events = inOrder(every2("node", 0, 40, true), every2("server", 1, 10, true), every2("server", 11, 40, false));
  const told = judge(events, 40, { subjects: resting });
  expect(told).toMatchObject([{ subject: "server", change: "trouble", second: 16 }]);
});

it("is not hidden by one of two that it may rest on", () => {
  const subjects = [
    ["a", 7, []],
    ["b", 7, []],
    ["message", 7, [["a", "b"]]],
  ];
  const events = inOrder(
    every2("a", 0, 40, false),
    every2("b", 0, 40, true),
    every2("message", 0, 4, true),
    every2("message", 4, 40, false),
  );
  expect(judge(events, 40, { subjects }).map(({ subject }) => subject)).toEqual(["a", "message"]);
});

it("does not blame the network for the time in which it was stopped itself", () => {
  const told = judge([...every2("server", 0, 10, true), [10, "server", false], [71, "server", true]], 80, {
    stopped: [[11, 70]],
  });
  expect(told).toEqual([]);
});

it("gives what rests on something its time from when that began to work, also at the very beginning", () => {
  const events = inOrder(
    every2("server", 0, 12, false),
    every2("server", 12, 40, true),
    every2("archive", 1, 13, false),
    every2("archive", 14, 40, true),
  );
  const subjects = [
    ["server", 20, []],
    ["archive", 150, [["server"]]],
  ];
  expect(judge(events, 40, { subjects }).filter(({ subject }) => subject === "archive")).toEqual([]);
});

it("gives an eye that sees better time to tell, but not of what only this one sees, such as that eye itself", () => {
  const both = ["server", "eye watcher"];
  const events = inOrder(...both.map((name) => [...every2(name, 0, 10, true), ...every2(name, 10, 90, false)]));
  const told = judge(events, 90, { subjects: both.map((name) => [name, 7, []]), delaySeconds: 60 });
  expect(told.map(({ subject, second }) => [subject, second])).toEqual([
    ["eye watcher", 15],
    ["server", 75],
  ]);
});
