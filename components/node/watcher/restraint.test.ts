import { expect, it } from "vitest";
import { nodePython } from "../../testing/node-python.ts";

const refusing = `
import asyncio
from watcher.failure import Failed, Refused
from watcher.restraint import Restraint
given = json.load(sys.stdin)
seconds = 0.0
restraint = Restraint("set another password", lambda: seconds)
tries, said = [], []

async def log_in(who):
    tries.append(seconds)
    await asyncio.sleep(0)
    if seconds >= given.get("worksFrom", 1e9):
        return "session"
    if given.get("goneFrom", 1e9) <= seconds < given.get("goneUntil", 0):
        raise OSError("gone")
    raise Refused("the login was refused (not-authorized)")

async def one(who):
    try:
        return await restraint.attempt(lambda: log_in(who))
    except (Failed, OSError) as failure:
        said.append(str(failure))

async def live():
    global seconds
    while seconds < given["until"]:
        if seconds == given.get("forgetAt"):
            restraint.forget()
        if "session" in await asyncio.gather(*(one(who) for who in range(given.get("clients", 1)))):
            break
        seconds += 1.0

asyncio.run(live())
print(json.dumps({"tries": tries, "said": said[-1:]}))
`;

function tries(given: object): { readonly tries: readonly number[]; readonly said: readonly string[] } {
  return nodePython(refusing, given) as ReturnType<typeof tries>;
}

/** The highest count of failures that mod_fail2ban comes to: it forgets an address an hour after its last one, when it cleans up. */
function counted(at: readonly number[]): number {
  let [count, highest, last] = [0, 0, -Infinity];
  for (const second of at) {
    count = second - last > 3600 + 600 ? 1 : count + 1;
    [highest, last] = [Math.max(highest, count), second];
  }
  return highest;
}

it("tries a handful of times with a password that is refused, then once in some minutes, and is never banned", () => {
  const found = tries({ until: 18_000, clients: 3 }).tries;
  expect(found.filter((second) => second < 60).length).toBeLessThanOrEqual(9);
  const gaps = found.map((second, index) => second - (found[index - 1] ?? 0));
  expect(Math.min(...gaps.filter((_, index) => (found[index] ?? 0) > 300))).toBeGreaterThan(120);
  // ejabberd's limit is 20.
  expect(counted(found)).toBeLessThan(18);
});

it("says meanwhile what is wrong, what to do, and when it tries again", () => {
  expect(tries({ until: 20 }).said).toEqual([
    "the login was refused (not-authorized); set another password; tried again in 11 s, for a server shuts out who is refused too often",
  ]);
});

it("notices a login that is taken again, after no longer than it was refused", () => {
  expect(Math.max(...tries({ until: 3600, worksFrom: 300 }).tries)).toBeLessThan(600);
});

it("does not wait for what is not a refusal: a server that is gone and back is tried at once", () => {
  const found = tries({ until: 1000, goneFrom: 70, goneUntil: 600, worksFrom: 600 }).tries;
  expect(found.at(-1)).toBe(600);
});

it("tries at once where the cause is gone", () => {
  expect(tries({ until: 1000, forgetAt: 200, worksFrom: 200 }).tries.at(-1)).toBe(200);
});
