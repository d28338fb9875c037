import { expect, it } from "vitest";
import { nodePython } from "../testing/node-python.ts";

/** Runs Python of the node that does not end in time; gives what, why and what to do of the error it raises. */
function overtime(call: string): unknown {
  const program = `
from node import commands
from node.trouble import Trouble
try:
    ${call}
except Trouble as trouble:
    print(json.dumps([trouble.what, trouble.why, trouble.todo]))`;
  return nodePython(program, null);
}

it("a program that does not end is named, and no store is blamed for it", () => {
  expect(overtime(`commands.run(["sleep", "60"], timeout_seconds=0.1)`)).toEqual([
    "sleep did not end",
    "no end after 0.1 s",
    "see with 'top' and 'journalctl -b' what holds sleep up; then run it again",
  ]);
});

it("what its caller knows of it goes before", () => {
  const known = `what="the watcher could not be started", todo="see 'journalctl -u imera-watch'"`;
  expect(overtime(`commands.run(["/usr/bin/sleep", "60"], ${known}, timeout_seconds=0.1)`)).toEqual([
    "the watcher could not be started",
    "no end after 0.1 s",
    "see 'journalctl -u imera-watch'",
  ]);
});
