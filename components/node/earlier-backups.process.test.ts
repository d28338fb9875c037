import { createHash } from "node:crypto";
import { chmodSync, rmSync, utimesSync } from "node:fs";
import { beforeEach, describe, expect, it } from "vitest";
import { nodeRoot, type NodeRoot } from "../testing/node-root.ts";

const day = 86_400_000;
const point = "imera-20261126T030000Z";
const users = ["alice", "bob", "carl", "dora", "emil"];
const folderOf = (user: string) => createHash("sha1").update(`${user}@example.org`).digest("hex");
const pathOf = (user: string, number: number) => `${folderOf(user)}/${String(number)}/a.jpg`;
let node: NodeRoot;

/** A drill's node that restored today's backup; those of two and three days ago are in the store. */
beforeEach(() => {
  begin({});
});

function begin(facts: object): void {
  node = nodeRoot({ purpose: "drill", ...facts });
  node.write("/etc/imera/restic.env", "RESTIC_PASSWORD='phrase'\n");
  node.write("/var/lib/imera/recovery.json", JSON.stringify({ outcome: "backup", restorePoint: point }));
  const psql = node.write(
    "/usr/lib/postgresql/17/bin/psql",
    `#!/bin/sh\nprintf '%s@example.org\\n' ${users.join(" ")}\n`,
  );
  chmodSync(psql, 0o755);
  store({ earlier: { files: 40, uploads: 25 }, yesterday: { files: 30, uploads: 15 } });
  restoredUploads(25);
}

interface Content {
  readonly files?: number;
  readonly uploads: number;
}

/** Puts these snapshots beside the restored one, each with uploads of two days before it. */
function store(earlier: Readonly<Record<string, Content>>, manifest: object = {}): void {
  const listed = Object.entries(earlier).map(([id, { files }], index) => ({
    id,
    time: new Date(Date.now() - (3 - index) * day).toISOString(),
    tags: ["kind=backup", `point=${id}`],
    ...(files === undefined ? {} : { summary: { total_files_processed: files } }),
  }));
  const own = {
    id: "today",
    time: new Date(Date.now() - 3_600_000).toISOString(),
    tags: ["kind=backup", `point=${point}`],
  };
  const listings = Object.entries(earlier).map(([id, { uploads }]) => {
    node.write(`/ls-${id}`, listing(uploads));
    return `*" ${id} "*) cat ${node.place(`/ls-${id}`)};;`;
  });
  node.write("/snapshots", JSON.stringify([own, ...listed]));
  node.write("/manifest", JSON.stringify({ restorePoint: point, tables: {}, uploads: {}, ...manifest }));
  node.fake(
    "restic",
    `case "$* " in *snapshots*) cat ${node.place("/snapshots")};; *dump*today*manifest.json*) cat ${node.place("/manifest")};; ${listings.join(" ")} *) exit 3;; esac`,
  );
}

function listing(count: number): string {
  const folder = node.place("/srv/imera/backup/upload");
  const files = names(count).map(([user, number]) =>
    JSON.stringify({
      struct_type: "node",
      type: "file",
      path: `${folder}/${pathOf(user, number)}`,
      size: 1,
      mtime: new Date(Date.now() - 5 * day).toISOString(),
    }),
  );
  return ['{"struct_type": "snapshot"}', `{"struct_type": "node", "type": "dir", "path": "${folder}"}`, ...files].join(
    "\n",
  );
}

/** The first so many uploads: one of each user after the other. */
function names(count: number): [string, number][] {
  return Array.from({ length: count }, (_, index) => [
    users[index % users.length] ?? "",
    Math.floor(index / users.length),
  ]);
}

function restoredUploads(count: number): void {
  rmSync(node.place("/srv/imera/upload"), { recursive: true });
  node.write("/srv/imera/upload/.here", "");
  rmSync(node.place("/srv/imera/upload/.here"));
  for (const [user, number] of names(count)) {
    const path = node.write(`/srv/imera/upload/${pathOf(user, number)}`, "x");
    utimesSync(path, Date.now() / 1000 - 5 * 86_400, Date.now() / 1000 - 5 * 86_400);
  }
}

function gaps(): unknown {
  const { stdout, stderr, status } = node.run("usr/local/lib/imera/compare-backups");
  expect(stderr).toBe("");
  expect(status).toBe(0);
  return JSON.parse(stdout);
}
const missing = (count: number, of: number) =>
  expect.stringMatching(
    new RegExp(
      `^uploads: ${String(count)} of ${String(of)} that the backup of 20[-0-9T:]+Z had are not in the newest one`,
    ),
  ) as unknown;

describe("a backup beside the earlier ones", () => {
  it("lacks nothing where it has their uploads, or all but a few", () => {
    expect(gaps()).toEqual([]);
    restoredUploads(15);
    expect(gaps()).toEqual([]);
  });

  it.each([0, 5, 12])("lacks most uploads of the fullest, whatever the last one had: %i are left", (left) => {
    restoredUploads(left);
    expect(gaps()).toEqual([missing(25 - left, 25)]);
  });

  it("is compared with the last one where restic told no numbers yet", () => {
    store({ earlier: { uploads: 25 }, yesterday: { uploads: 15 } });
    restoredUploads(5);
    expect(gaps()).toEqual([missing(10, 15)]);
  });

  it("lacks nothing where there is no earlier one", () => {
    store({});
    restoredUploads(0);
    expect(gaps()).toEqual([]);
  });

  it("lacks nothing that somebody said was to go, and all that went after that", () => {
    store(
      { earlier: { files: 40, uploads: 25 } },
      { uploadsForgottenAt: new Date(Date.now() - 2 * day).toISOString() },
    );
    restoredUploads(0);
    expect(gaps()).toEqual([]);
    store(
      { earlier: { files: 40, uploads: 25 } },
      { uploadsForgottenAt: new Date(Date.now() - 4 * day).toISOString() },
    );
    expect(gaps()).toEqual([missing(25, 25)]);
  });

  it("lacks nothing that imera:uploadKeepDays ended, and nothing of accounts that are gone", () => {
    begin({ uploads: { keepDays: 3, quotaMiB: 1000, maxFileMiB: 100 } });
    restoredUploads(0);
    expect(gaps()).toEqual([]);
    begin({});
    chmodSync(node.write("/usr/lib/postgresql/17/bin/psql", "#!/bin/sh\necho alice@example.org\n"), 0o755);
    restoredUploads(0);
    expect(gaps()).toEqual([missing(5, 5)]);
    restoredUploads(25);
    for (const user of users.slice(1)) rmSync(node.place(`/srv/imera/upload/${folderOf(user)}`), { recursive: true });
    expect(gaps()).toEqual([]);
  });

  it("tells of uploads that the node itself missed", () => {
    store({}, { lostUploads: { missing: 20, of: 25, folder: true } });
    expect(gaps()).toEqual([
      expect.stringMatching(/^uploads: 20 of 25 were gone from the network when the backup was made/),
    ]);
  });

  it("is not compared on a node that serves", () => {
    begin({ purpose: "serve" });
    expect(node.run("usr/local/lib/imera/compare-backups").stderr).toMatch(/this node serves/);
  });

  it("is not judged where the store does not tell", () => {
    node.fake(
      "restic",
      `case "$*" in *snapshots*) cat ${node.place("/snapshots")};; *dump*) cat ${node.place("/manifest")};; *) echo 'dial tcp: connection refused' >&2; exit 1;; esac`,
    );
    const { stderr, status } = node.run("usr/local/lib/imera/compare-backups");
    expect(status).toBe(1);
    expect(stderr).toMatch(/an earlier backup cannot be read/);
  });
});
