import { createHash } from "node:crypto";
import { chmodSync, existsSync, utimesSync } from "node:fs";
import { expect, it } from "vitest";
import { nodeRoot } from "../../testing/node-root.ts";

it("deletes what the watcher's probes left ten minutes ago, and nothing of anybody else", () => {
  const node = nodeRoot();
  const sql = node.place("/sql");
  chmodSync(node.write("/usr/lib/postgresql/17/bin/psql", `#!/bin/sh\ncat >${sql}\necho 3\n`), 0o755);
  const upload = (user: string, name: string, minutes: number) => {
    const owner = createHash("sha1").update(`${user}@example.org`).digest("hex");
    node.write(`/srv/imera/upload/${owner}/${name}/a.txt`, "x");
    const folder = node.place(`/srv/imera/upload/${owner}/${name}`);
    const time = Date.now() / 1000 - minutes * 60;
    utimesSync(folder, time, time);
    return folder;
  };
  const old = upload("imera-watch", "old", 11);
  const young = upload("imera-watch", "young", 5);
  const anothers = upload("alice", "old", 11);
  const said = node.python(
    [
      "from watch import leftovers",
      "from node import postgres",
      "postgres.as_user = lambda user: []",
      "print(json.dumps([leftovers.delete(), open(str(folder / 'sql')).read()]))",
    ].join("\n"),
  ) as [string, string];
  expect(said[0]).toBe("3 messages and 1 uploads of the watcher deleted");
  expect(said[1]).toMatch(
    /DELETE FROM archive\s+WHERE username = 'imera-watch' AND server_host = 'example\.org'\s+AND timestamp </,
  );
  expect([old, young, anothers].map((folder) => existsSync(folder))).toEqual([false, true, true]);
});
