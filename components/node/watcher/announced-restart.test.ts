import { describe, expect, it } from "vitest";
import { nodePython } from "../../testing/node-python.ts";

/** Event of a test: a subject that worked or failed at a second, or a restart that was announced, with its seconds. */
type Event = readonly [second: number, subject: string, works: boolean | number];

const judging = `
from watcher.judgement import Judge
from watcher.subject import Subject
events, until = json.load(sys.stdin)
known = [
    Subject("server a", "", "", "", "", is_server=True),
    Subject("message", "", "", "", "", needs=(("server a",),)),
    Subject("database", "", "", "", "", needs=(("message",),)),
    Subject("node a", "", "", "", ""),
]
judge, told = Judge({subject.name: subject for subject in known}, 1000.0), []
second = 0.0
while second <= until:
    while events and events[0][0] <= second:
        _, name, what = events.pop(0)
        if name == "restart":
            judge.announce_restart(what, 1000 + second)
        elif what:
            judge.worked(name, 1000 + second)
        else:
            judge.failed(name, 1000 + second, "seen")
    told += [[each.subject.name, each.change, second, each.since - 1000] for each in judge.tick(1000 + second)]
    second += 0.5
print(json.dumps(told))
`;

type Told = readonly [subject: string, change: string, second: number, since: number];

function judge(until: number, ...events: readonly (readonly Event[])[]): readonly Told[] {
  const inOrder = events.flat().toSorted(([a], [b]) => a - b);
  return nodePython(judging, [inOrder, until]) as readonly Told[];
}

/** Makes an event for every other second of a time, of each subject. */
function every2(subjects: readonly string[], from: number, to: number, works: boolean): Event[] {
  return Array.from({ length: Math.ceil((to - from) / 2) }, (_, index) => from + 2 * index).flatMap((second) =>
    subjects.map((subject) => [second, subject, works] as const),
  );
}

const cut = ["server a", "message", "database"];
const restart = (second: number, seconds = 60): Event[] => [[second, "restart", seconds]];

describe("a restart that the network announces", () => {
  it("is not told of where all is back in time, however late each part is", () => {
    const events = [
      every2(cut, 0, 20, true),
      restart(20),
      every2(cut, 20, 70, false),
      every2(["server a"], 70, 200, true),
      every2(["message"], 74, 200, true),
      every2(["database"], 79, 200, true),
    ];
    expect(judge(200, ...events)).toEqual([]);
    expect(judge(200, ...events.filter((_, index) => index !== 1))[0]).toEqual(["server a", "trouble", 25, 20]);
  });

  it("is told of after a minute where the server is not back, with its beginning", () => {
    const told = judge(200, every2(cut, 0, 20, true), restart(20, 3600), every2(cut, 20, 200, false));
    expect(told).toEqual([["server a", "trouble", 80, 20]]);
  });

  it("is told of where the server is back and messages are not", () => {
    const told = judge(
      200,
      every2(cut, 0, 20, true),
      restart(20),
      every2(["message", "database"], 20, 200, false),
      [[20, "server a", false]],
      every2(["server a"], 30, 200, true),
    );
    expect(told).toMatchObject([["message", "trouble", expect.any(Number) as number, 20]]);
    expect(told[0]?.[2]).toBeLessThan(90);
  });

  it("is over when all that it cut has worked for a while: what dies then is told of as ever", () => {
    const told = judge(
      200,
      every2(cut, 0, 20, true),
      restart(20),
      every2(cut, 20, 26, false),
      every2(cut, 26, 40, true),
      every2(cut, 40, 200, false),
    );
    expect(told).toEqual([["server a", "trouble", 45, 40]]);
  });

  it("hides nothing that was in trouble before, nor a machine that cannot be reached", () => {
    const told = judge(
      100,
      every2(["server a"], 0, 100, false),
      restart(20),
      every2(["node a"], 0, 20, true),
      every2(["node a"], 20, 100, false),
    );
    expect(told).toEqual([
      ["server a", "trouble", 7, 0],
      ["node a", "trouble", 25, 20],
    ]);
  });

  it("does not hide an outage by coming again and again", () => {
    const again = Array.from({ length: 20 }, (_, index) => restart(20 + 30 * index)).flat();
    const told = judge(600, every2(cut, 0, 20, true), again, every2(cut, 20, 600, false));
    expect(told).toEqual([["server a", "trouble", 80, 20]]);
  });

  it("may come again after ten minutes", () => {
    const outages = [20, 640].flatMap((from) => [...restart(from), ...every2(cut, from, from + 20, false)]);
    const well = [...every2(cut, 0, 20, true), ...every2(cut, 40, 640, true), ...every2(cut, 660, 700, true)];
    expect(judge(700, outages, well)).toEqual([]);
  });
});

describe("an announcement", () => {
  const reading = `
from watcher.announcement import restart_seconds
from watcher.xmpp.stream_parser import StreamParser
print(json.dumps([restart_seconds(stanza(text), "imera.test") for text in json.load(sys.stdin)]))
`;
  const parse = `
import xml.etree.ElementTree as tree
stanza = lambda text: tree.fromstring(text.replace("<message", "<message xmlns='jabber:client'", 1))
`;
  const said = (from: string, seconds = "60", type = "headline") =>
    `<message from='${from}' type='${type}'><restart xmlns='urn:imera:watch' seconds='${seconds}'/></message>`;
  const read = (...texts: readonly string[]) => nodePython(parse + reading, texts);

  it("is the domain's own, with the seconds that it takes", () => {
    expect(read(said("imera.test"), said("imera.test", "5"))).toEqual([60, 5]);
  });

  it.each([
    "imera-watch@imera.test",
    "admin@imera.test/x",
    "imera.test/x",
    "rooms.imera.test",
    "evil.example",
    "imera.test.evil.example",
    "",
  ])("is nothing that %s says", (from) => {
    expect(read(said(from))).toEqual([null]);
  });

  it("is nothing that comes back to its sender, without a number, or says something else", () => {
    const other = "<message from='imera.test' type='headline'><body>restart</body></message>";
    const wrong = ["", "-1", "0", "soon", "1e9", "nan", "60 "].map((seconds) => said("imera.test", seconds));
    expect(read(said("imera.test", "60", "error"), said("imera.test", "60", "chat"), other, ...wrong)).toEqual(
      Array.from({ length: 10 }, () => null),
    );
  });
});
