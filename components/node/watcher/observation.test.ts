import { expect, it } from "vitest";
import { nodePython } from "../../testing/node-python.ts";

const observing = `
import asyncio
from watcher.failure import Failed
from watcher.judgement import Judge
from watcher.observation import observe
from watcher.probes.probe import Probe
from watcher.subject import Subject
answers_after, late = json.load(sys.stdin)
judge = Judge({"message": Subject("message", "message", "message", "", "")}, 0)
now = lambda: asyncio.get_running_loop().time()
seen = []

async def attempt():
    await asyncio.sleep(answers_after)

async def watch():
    probe = Probe("message", 2, 1, attempt, late_seconds=late)
    running = asyncio.create_task(observe(probe, judge, now))
    await asyncio.sleep(0.3)
    standing = judge.standings["message"]
    seen.append([standing.failed_at is not None, standing.detail])
    said = await running
    seen.append([standing.failed_at is not None, said])

asyncio.run(watch())
print(json.dumps(seen))
`;

it.each([
  ["that is late counts as a failure while it is waited for, and as a success when it comes", 0.6, 0.1, true, null],
  ["that is in time is no failure", 0.05, 5, false, null],
  ["that never comes fails twice", 3, 0.1, true, "no answer in time"],
  ["is waited for where nothing says when it is late", 0.6, null, false, null],
])("an answer %s", (_, answersAfter, late, isFailing, end) => {
  expect(nodePython(observing, [answersAfter, late])).toEqual([
    [isFailing, isFailing ? "no answer for 0.1 s" : ""],
    [end !== null, end],
  ]);
});
