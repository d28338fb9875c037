import { utimesSync } from "node:fs";
import { beforeEach, describe, expect, it } from "vitest";

import { nodeRoot, type NodeRoot } from "../testing/node-root.ts";

let node: NodeRoot;
beforeEach(() => {
  node = nodeRoot();
});

const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString().replace(/\.\d+/, "");
const good = () => ({ enabledAt: ago(9e5), lastGoodAt: ago(60), lastBackup: { ok: true } });

/** A note of PostgreSQL that a segment waits for the archive. */
function waiting(segment: string, seconds: number) {
  const name = `/srv/imera/postgresql/17/main/pg_wal/archive_status/${segment}.ready`;
  const time = Date.now() / 1000 - seconds;
  utimesSync(node.write(name, ""), time, time);
}

/** Troubles by the name of the check, for the given status; files were saved just now. */
function troubles(status: object): unknown {
  node.write("/var/lib/imera/backup/status.json", JSON.stringify(status));
  return node.python(
    [
      "state.RUNTIME.mkdir(parents=True, exist_ok=True); state.FILES_WELL.touch()",
      "print(json.dumps({name: text for name, text in checks.troubles().items() if text}))",
    ].join("\n"),
  );
}

describe("the watch over backups", () => {
  it("has nothing to say when all is well", () => {
    waiting("000000010000000000000004", 50);
    expect(troubles(good())).toEqual({});
  });

  it("has patience with the first backup", () => {
    expect(troubles({ enabledAt: ago(60) })).toEqual({});
    expect(troubles({ enabledAt: ago(4 * 3600) })).toMatchObject({
      backup: expect.stringContaining("no backup yet") as unknown,
    });
  });

  it.each([
    ["one that failed", { lastBackup: { ok: false, error: "no answer", todo: "look" } }, "no answer. What to do: look"],
    ["one that is late", { lastGoodAt: ago(27 * 3600) }, "the newest backup is of"],
    ["one that was killed", { runningSince: ago(600) }, "was cut off"],
    ["none set up", { enabledAt: undefined, lastGoodAt: undefined, lastBackup: undefined }, "never set up"],
  ])("is red for %s", (_what, status, words) => {
    expect(troubles({ ...good(), ...status })).toMatchObject({ backup: expect.stringContaining(words) as unknown });
  });

  it("is red when segments wait for long, with PostgreSQL's words", () => {
    waiting("000000010000000000000004", 300);
    node.write("/var/log/postgresql/postgresql-17-main.log", "ERROR: [103]: unable to find a valid repository\n");
    expect(troubles(good())).toEqual({
      "wal archive": expect.stringMatching(/1 segments.*valid repository/) as unknown,
    });
  });

  it("stays red after segments had to wait until the archive is known to be whole", () => {
    expect(troubles({ ...good(), walWaited: true })).toHaveProperty("wal archive");
    expect(troubles({ ...good(), walGap: "000000010000000000000004" })).toHaveProperty("wal archive");
  });

  it("tells each change once, and again only what the server did not take", () => {
    node.write("/var/lib/imera/backup/status.json", JSON.stringify(good()));
    const sent = node.python(
      [
        "sent, found, takes = [], {}, True",
        "checks.troubles = lambda: found",
        "notification.send = lambda text: sent.append(text) or takes",
        'for found, takes in (({"backup": None}, True), ({"backup": "a"}, False), ({"backup": "a"}, True), ({"backup": "b"}, True), ({"backup": None}, True), ({"backup": None}, True)):',
        "  notification.notify_admin()",
        "print(json.dumps(sent))",
      ].join("\n"),
    );
    const bad = "xmpp1.example.org: something needs attention.\n- backup: a";
    expect(sent).toEqual([bad, bad, "xmpp1.example.org: backups are well again (backup)."]);
  });
});

describe("a file system that is nearly full", () => {
  /** Detail of the check, where `df` says so of the root and of the volume: free and all bytes in MiB, free and all files. */
  const disk = (root: readonly number[], volume: readonly number[]) =>
    node.python(
      [
        "import types",
        "checks.FREE_PERCENT, checks.FREE_BYTES = 10, 500 * 1024 * 1024",
        "def df(free, blocks, favail, files):",
        "  return types.SimpleNamespace(f_frsize=1024 * 1024, f_bavail=free, f_blocks=blocks, f_favail=favail, f_files=files)",
        `checks.os = types.SimpleNamespace(statvfs=lambda path: df(*${JSON.stringify(volume)}) if "srv" in str(path) else df(*${JSON.stringify(root)}))`,
        "print(json.dumps(checks.disk()))",
      ].join("\n"),
    );
  const roomy = [9000, 10_000, 900, 1000];

  it("is not there when enough is free, also where files are counted as they come", () => {
    expect(disk(roomy, [9000, 10_000, 0, 0])).toBeNull();
  });

  it("gets the advice that helps it", () => {
    expect(disk([100, 10_000, 900, 1000], roomy)).toMatch(/^\/ has 100 MiB free \(1 %\)\. What to do: .*apt-get clean/);
    expect(disk([100, 10_000, 900, 1000], roomy)).not.toContain("volumeSizeGiB");
    expect(disk(roomy, [100, 10_000, 900, 1000])).toMatch(/^\/srv\/imera has 100 MiB.*What to do: enlarge the volume/);
    expect(disk(roomy, [9000, 10_000, 9, 1000])).toMatch(/^\/srv\/imera has room for 9 more files only/);
  });

  it("names what restores have set aside", () => {
    node.write("/srv/imera/postgresql/17/main.before-20261126T041349Z/PG_VERSION", "17");
    expect(disk(roomy, [100, 10_000, 900, 1000])).toMatch(
      /delete what restores have set aside.*main\.before-20261126T/,
    );
  });
});

describe("the archive of the log", () => {
  const gap = (there: readonly string[], stop = "000000010000000000000FFE", max = "000000010000000100000001") =>
    node.python(
      [
        "backup_store.ensure_reachable = database.archive_all = lambda: None",
        `database.info = lambda: {"archive": [{"id": "17-1", "max": "${max}"}]}`,
        `database.of_this_cluster = lambda known: [{"archive": {"stop": "${stop}"}}]`,
        // 4 GiB of log to a folder, in segments of 1 MiB.
        "database.value = lambda statement: str(1024 * 1024)",
        `database.segments_in_store = lambda folder: {name for name in ${JSON.stringify(there)} if name.startswith(folder)}`,
        "print(json.dumps(database.first_missing_segment()))",
      ].join("\n"),
    );
  const whole = [
    "000000010000000000000FFE",
    "000000010000000000000FFF",
    "000000010000000100000000",
    "000000010000000100000001",
  ];

  it("is whole across folders", () => {
    expect(gap(whole)).toBeNull();
  });

  it("has a gap where a segment is missing", () => {
    expect(gap(whole.filter((name) => name !== "000000010000000100000000"))).toBe("000000010000000100000000");
  });

  it("has none before the first backup of a new timeline", () => {
    expect(gap([], "000000010000000000000FFE", "000000020000000100000001")).toBeNull();
  });
});

describe("pgBackRest's words", () => {
  it.each([
    ["ERROR: [095]: CryptoError: unable to flush", "the passphrase is not the one"],
    ["ERROR: [028]: backup and archive info files exist but do not match the database", "another database"],
    ["ERROR: [049]: unable to connect to '10.0.0.1:443': Connection refused", "cannot be reached"],
    ["ERROR: [039]: HTTP request failed with 403 (Forbidden)", "refuses the node's key"],
    ["ERROR: [055]: archive.info exists but backup.info is missing on repo1", "has lost files"],
    [
      "ERROR: [029]: unable to load info file '/postgresql/archive/imera/archive.info'",
      "list of the backups is damaged",
    ],
    ["ERROR: [999]: something new", "something new"],
  ])("%s", (output, why) => {
    const answer = node.python(`print(json.dumps(database.StoreTrouble("x", ${JSON.stringify(output)}).why))`);
    expect(answer).toContain(why);
  });

  it("are not taken for a backup when the list has no such backup", () => {
    const answer = node.python(
      [
        'database.pgbackrest = lambda *arguments, what: "[]"',
        'database.info = lambda: {"backup": [], "db": []}',
        "database.value = lambda statement: '1'",
        "try:\n database.back_up('incr')",
        "except trouble.Trouble as failed:\n print(json.dumps(failed.line()))",
      ].join("\n"),
    );
    expect(answer).toContain("its list has no such backup");
  });

  it("begin a half-made place again, and leave one with a backup alone", () => {
    const clear = (names: string) =>
      node.python(
        [
          "asked = []",
          `database.pgbackrest = lambda *words, what, timeout_seconds: asked.append(words[0]) or ${JSON.stringify(names)}`,
          "print(json.dumps([database.clear_half_made(), 'repo-rm' in asked]))",
        ].join("\n"),
      );
    expect(clear("backup.info\nbackup.info.copy\n")).toEqual([true, true]);
    expect(clear("")).toEqual([true, true]);
    expect(clear("20261122-230428F\nbackup.info.copy\n")).toEqual([false, false]);
  });
});
