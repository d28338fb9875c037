import { type ChildProcess, spawn } from "node:child_process";
import { afterEach, expect, it } from "vitest";
import { waitUntil } from "../../host/wait-until.ts";
import { beginImport, type NodeImport } from "./deliver/node-import.ts";
import { nodeForEachTest } from "./testing/import-node.ts";

const node = nodeForEachTest();
let importing: NodeImport | undefined;
afterEach(async () => {
  await importing?.[Symbol.asyncDispose]();
});

const restore = () =>
  node().root.run("usr/local/sbin/imera-restore", { arguments: ["--to", "2026-01-02T03:04:05Z", "--plan"] });

/** Holds the lock that whatever sets the node up has. */
async function holdConverge(): Promise<ChildProcess> {
  const holder = spawn("flock", [node().root.place("/run/imera-converge.lock"), "sh", "-c", "echo held; exec cat"]);
  await new Promise((resolve) => holder.stdout.once("data", resolve));
  return holder;
}

it("a restore beside an import is refused, with who imports and since when, and not after it", async () => {
  importing = await beginImport(node().session());
  const { stderr, status } = restore();
  expect(status).toBe(1);
  expect(stderr).toMatch(
    /^imera-restore: no restore while people are imported into this node; nothing was changed\.\n {2}Why: it was begun from this node at 20\d\d-\S+Z\.\n {2}What to do: wait until the import has ended/,
  );
  await importing[Symbol.asyncDispose]();
  importing = undefined;
  expect(restore().stderr).not.toContain("imported");
});

it("a second import is refused in the words of the first, and not once that was killed", async () => {
  importing = await beginImport(node().session());
  await expect(beginImport(node().session())).rejects.toThrow(
    /another import is running on this node\.\n {2}Why: it was begun from this node at 20/,
  );
  await importing[Symbol.asyncDispose]();
  // This one is killed after its first answer, and its lock stays as a file.
  await beginImport(node().session(1)).then(undefined, () => undefined);
  importing = await beginImport(node().session());
  expect(importing.state.domain).toBe("example.org");
});

it("an import beside what sets the node up is refused, and sets nobody up back", async () => {
  const holder = await holdConverge();
  await expect(beginImport(node().session())).rejects.toThrow(/this node is being set up or restored right now/);
  holder.stdin?.end();
  importing = await waitUntil({
    what: "an import after the set-up",
    probe: () =>
      beginImport(node().session()).then(
        (value) => ({ value }),
        (error: unknown) => ({ seen: String(error) }),
      ),
    intervalMs: 100,
    timeoutMs: 30_000,
  });
});
