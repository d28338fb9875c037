import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { beforeEach, describe, expect, it } from "vitest";

import { nodeRoot, type NodeRoot } from "../testing/node-root.ts";

const folder = "/srv/imera/upload";
const users = ["alice", "bob", "carl", "dora", "emil"];
const ownerOf = (user: string) => createHash("sha1").update(`${user}@example.org`).digest("hex");
let node: NodeRoot;

/** Five users have five uploads each, of 1 byte and some days old, the last being the oldest; all of them are in the last backup. */
beforeEach(() => {
  node = nodeRoot();
  node.write("/etc/imera/restic.env", "RESTIC_PASSWORD='phrase'\n");
  node.fake("restic", `echo '{"message_type": "summary", "snapshot_id": "0123456789abcdef"}'`);
  accounts(users);
  for (const user of users) for (const days of [1, 2, 3, 4, 5]) upload(user, days);
  node.write("/var/lib/imera/backup/status.json", JSON.stringify({ enabledAt: "2026-01-01T00:00:00Z" }));
  expect(backUp()).toEqual([25, null]);
});

function accounts(names: readonly string[]): void {
  const psql = node.write(
    "/usr/lib/postgresql/17/bin/psql",
    `#!/bin/sh\nprintf '%s@example.org\\n' ${names.join(" ")}\n`,
  );
  chmodSync(psql, 0o755);
}

function upload(user: string, days: number, bytes = 1): void {
  const path = node.write(`${folder}/${ownerOf(user)}/${String(days)}/a.jpg`, "x".repeat(bytes));
  const time = Date.now() / 1000 - days * 86_400;
  utimesSync(path, time, time);
}

const remove = (user: string, ...days: readonly number[]) => {
  for (const day of days) rmSync(node.place(`${folder}/${ownerOf(user)}/${String(day)}`), { recursive: true });
};

/** Backs the files up; gives the number of uploads in the backup, and what the check of the uploads says. */
function backUp(code = ""): unknown {
  return node.python(
    [
      "backup_store.ensure_reachable = lambda: None; type(folder).is_mount = lambda path: True",
      code,
      "files.back_up(['kind=files'])",
      "staged = json.loads((folder / 'srv/imera/backup/uploads.json').read_text())['uploads']",
      "print(json.dumps([len(staged), checks.troubles()['uploads']]))",
    ].join("\n"),
  );
}
function lost(count: number): unknown {
  return [25, expect.stringMatching(new RegExp(`${String(count)} of 25 are gone.*uploads restore`))];
}

describe("uploads that are gone without a reason", () => {
  it.each([
    [
      "their folder was moved away",
      () => {
        renameSync(node.place(folder), node.place("/elsewhere"));
      },
      25,
    ],
    [
      "their folder is empty",
      () => {
        rmSync(node.place(folder), { recursive: true });
        mkdirSync(node.place(folder));
      },
      25,
    ],
    [
      "their folder is a file",
      () => {
        rmSync(node.place(folder), { recursive: true });
        writeFileSync(node.place(folder), "");
      },
      25,
    ],
    [
      "most users' are gone",
      () => {
        for (const user of users.slice(1, 4)) remove(user, 1, 2, 3, 4, 5);
      },
      15,
    ],
    [
      "most of each user's are gone",
      () => {
        for (const user of users) remove(user, 1, 2, 4);
      },
      15,
    ],
  ])("stay in the backup, and are red: %s", (_what, lose, count) => {
    lose();
    expect(backUp()).toEqual(lost(count));
    expect(backUp()).toEqual(lost(count));
  });

  it("are red at once where the folder is gone, before any backup, and each of them fails", () => {
    renameSync(node.place(folder), node.place("/elsewhere"));
    expect(node.python("print(json.dumps(checks.troubles()['uploads']))")).toMatch(/25 of 25 are gone together with/);
    backUp();
    expect(() => node.python("from backup import runs\nruns.refuse_loss()")).toThrow(/uploads are lost/);
  });

  it("are looked for again until they are back, though nothing is written", () => {
    const changed = () => node.python("print(json.dumps(files.changed()))");
    renameSync(node.place(folder), node.place("/elsewhere"));
    expect(changed()).toBe(true);
    backUp();
    expect(changed()).toBe(false);
    renameSync(node.place("/elsewhere"), node.place(folder));
    expect(changed()).toBe(true);
    expect(backUp()).toEqual([25, null]);
  });

  const settle = (choice: string) =>
    node.python(
      [
        "from backup import runs",
        "backup_store.ensure_reachable = lambda: None; type(folder).is_mount = lambda path: True; runs.notify_admin = lambda: None",
        `import contextlib, io\nwith contextlib.redirect_stdout(io.StringIO()):\n  runs.settle_uploads(${JSON.stringify(choice)})`,
        "print(json.dumps(checks.troubles()['uploads']))",
      ].join("\n"),
    );

  it("come back from the node's own copy", () => {
    rmSync(node.place(folder), { recursive: true });
    backUp();
    expect(settle("restore")).toBeNull();
    expect(readdirSync(node.place(folder)).sort()).toEqual(users.map(ownerOf).sort());
    expect(statSync(node.place(`${folder}/${ownerOf("bob")}/3/a.jpg`)).size).toBe(1);
  });

  it("go where that is said", () => {
    for (const user of users) remove(user, 1, 2, 3, 4);
    backUp();
    expect(settle("forget")).toBeNull();
    expect(backUp()).toEqual([5, null]);
    expect(existsSync(node.place(`/srv/imera/backup/upload/${ownerOf("bob")}/1/a.jpg`))).toBe(false);
  });
});

describe("uploads that the server deleted", () => {
  it.each([
    [
      "of accounts that were removed",
      () => {
        for (const user of users) remove(user, 1, 2, 3, 4, 5);
        accounts(["alice"]);
        remove("alice");
      },
      5,
      true,
    ],
    [
      "a few, by hand",
      () => {
        for (const user of users.slice(0, 2)) remove(user, 1, 2, 3, 4, 5);
      },
      15,
      false,
    ],
  ])("leave the backup: %s", (_what, remove_, left, restoreAlice) => {
    remove_();
    if (restoreAlice) for (const days of [1, 2, 3, 4, 5]) upload("alice", days);
    expect(backUp()).toEqual([left, null]);
  });

  it("leave it where they were older than imera:uploadKeepDays", () => {
    for (const user of users) for (const days of [100, 101, 102, 103, 104, 105]) upload(user, days);
    expect(backUp()).toEqual([55, null]);
    for (const user of users) remove(user, 100, 101, 102, 103, 104, 105);
    expect(backUp()).toEqual([25, null]);
  });

  it("leave it where the watcher had sent them to itself", () => {
    const days = Array.from({ length: 60 }, (_, index) => index + 1);
    for (const day of days) upload("imera-watch", day);
    expect(backUp()).toEqual([85, null]);
    remove("imera-watch", ...days);
    expect(backUp()).toEqual([25, null]);
  });

  it("leave it where a user had no room for another, and the oldest went", () => {
    const full = "from backup import uploads\nuploads.MIB = 1 / 225";
    for (const user of users) remove(user, 2, 3, 4, 5);
    expect(backUp(full)).toEqual([5, null]);
  });

  it("are not the newest of a full user, nor any of one who had room", () => {
    const full = "from backup import uploads\nuploads.MIB = 1 / 225";
    for (const user of users) remove(user, 1, 2, 3, 4);
    expect(backUp(full)).toEqual(lost(20));
  });

  it("are not guessed where the database does not answer", () => {
    chmodSync(node.write("/usr/lib/postgresql/17/bin/psql", "#!/bin/sh\nexit 2\n"), 0o755);
    for (const user of users) remove(user, 1, 2, 3, 4, 5);
    expect(backUp()).toEqual(lost(25));
  });
});
