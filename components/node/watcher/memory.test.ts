import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { temporaryFolder } from "../../../host/testing/temporary-folder.ts";
import { nodePython } from "../../testing/node-python.ts";

const restarting = `
import pathlib
from watcher import memory
from watcher.judgement import Judge
from watcher.subject import Subject
path = pathlib.Path(json.load(sys.stdin)) / "memory.json"
known = {name: Subject(name, name, name, "", "") for name in ("server", "archive")}
told = []

def live(judge, begin, end, works):
    for second in range(begin, end):
        for name in known:
            judge.worked(name, second) if works(name, second) else judge.failed(name, second, "seen")
        told.extend(f"{second} {each.subject.name} {each.change}" for each in judge.tick(second))

def restart(now):
    memory.write(path, {"subjects": memory.remembered(judge), "outbox": {}})
    again = Judge(known, now)
    memory.restore(again, memory.read(path)["subjects"])
    return again

judge = Judge(known, 0)
live(judge, 0, 20, lambda name, second: name == "archive")
judge = restart(20)
live(judge, 20, 100, lambda name, second: name == "archive")
judge = restart(200)
live(judge, 200, 220, lambda name, second: True)
print(json.dumps(told))
`;

it("repeats no alarm after a restart, and forgets no end of one", () => {
  expect(nodePython(restarting, temporaryFolder("memory"))).toEqual(["7 server trouble", "204 server over"]);
});

it("begins anew where the file is damaged, and keeps that for whoever wants to know why", () => {
  const folder = temporaryFolder("memory");
  for (const damage of [
    "",
    "{",
    '{"subjects": {}}',
    '{"subjects": {"server": {"told": "never"}}, "outbox": {}}',
    "\u0000",
  ]) {
    writeFileSync(join(folder, "memory.json"), damage);
    const program = `
import pathlib
from watcher import memory
from watcher.failure import Failed
path = pathlib.Path(json.load(sys.stdin)) / "memory.json"
try: memory.read(path)
except Failed as failure: print(json.dumps([str(failure), memory.read(path)]))
`;
    expect(nodePython(program, folder)).toEqual([
      expect.stringContaining("cannot be read, and is set aside"),
      { subjects: {}, outbox: {} },
    ]);
  }
});
