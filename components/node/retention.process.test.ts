import { chmodSync, existsSync, readFileSync } from "node:fs";
import { beforeEach, describe, expect, it } from "vitest";
import { nodeRoot, type NodeRoot } from "../testing/node-root.ts";

const retention = { archiveDays: 365, offlineDays: 0, pushDays: 0, pubsubDays: 0, archiveQuotaMiB: 0 };
const program = "/usr/local/sbin/imera-retention";
let node: NodeRoot;
beforeEach(() => {
  node = nodeRoot({ retention });
});

/** Lets psql answer each query with the next of these lines, and with the last of them from then on. Keeps the queries. */
function database(...answers: readonly string[]): void {
  const lines = node.write("/answers", `${answers.join("\n")}\n`);
  const psql = node.write(
    "/usr/lib/postgresql/17/bin/psql",
    `#!/bin/sh\n{ cat; echo; } >>${node.place("/queries")}\nhead -n 1 ${lines}\n` +
      `[ "$(wc -l <${lines})" -gt 1 ] && sed -i 1d ${lines}\nexit 0\n`,
  );
  chmodSync(psql, 0o755);
}

const queries = () =>
  existsSync(node.place("/queries")) ? readFileSync(node.place("/queries"), "utf8").trim().split("\n") : [];
const run = (...words: readonly string[]) => node.run(program, { arguments: words });
const record = () => JSON.parse(readFileSync(node.place("/var/lib/imera/retention.json"), "utf8")) as unknown;
const health = () =>
  node.python("from watch import health\nprint(json.dumps(health.check('retention', health.retention.describe)))");

describe("what is past its end", () => {
  it("is deleted in batches, until one is not full", () => {
    database("1000|50000", "1000|50000", "17|900");
    expect(run("run")).toMatchObject({ status: 0, stderr: "" });
    expect(queries()).toHaveLength(3);
    for (const query of queries()) expect(query).toMatch(/lock_timeout.*DELETE FROM archive .*LIMIT 1000/);
    expect(record()).toMatchObject({ deleted: { "archived messages": 2017 }, isDone: true, failure: null });
    expect(health()).toMatchObject({
      ok: true,
      detail: expect.stringMatching(/^2017 archived messages deleted at /) as string,
    });
  });

  it("stays where the stack gives nothing an end, and in a drill", () => {
    database("1000|50000");
    node.write("/etc/imera/node.json", readFacts({ retention: { ...retention, archiveDays: 0 } }));
    expect(run("run").status).toBe(0);
    node.write("/etc/imera/node.json", readFacts({ purpose: "drill" }));
    expect(run("run").status).toBe(0);
    expect(queries()).toEqual([]);
    expect(health()).toMatchObject({ ok: true, detail: "nothing has an end, but for uploads" });
  });

  it("is left for the next night when the time is over", () => {
    database("1000|50000");
    const code = [
      "from retention import batches, kinds",
      "pace = batches.Pace(time.monotonic() + 0.5)",
      "count = batches.delete('archive', kinds.kinds()[0].due(1_800_000_000), pace)",
      "print(json.dumps([count > 0, pace.is_over()]))",
    ];
    expect(node.python(code.join("\n"))).toEqual([true, true]);
  });

  it("is counted by show, which deletes nothing", () => {
    database("12");
    expect(JSON.parse(run("show").stdout)).toEqual({
      kinds: [{ what: "archived messages", keepDays: 365, due: 12 }],
      archivesAboveQuota: [],
    });
    expect(queries().join()).not.toContain("DELETE");
  });

  it("is red in health where it could not be deleted, with the reason", () => {
    const psql = node.write("/usr/lib/postgresql/17/bin/psql", "#!/bin/sh\necho 'no room left' >&2; exit 1\n");
    chmodSync(psql, 0o755);
    expect(run("run")).toMatchObject({ status: 1, stderr: expect.stringContaining("no room left") as string });
    expect(health()).toMatchObject({ ok: false, detail: expect.stringContaining("no room left") as string });
  });

  it("is red in health where nobody has deleted it for days", () => {
    const old = { at: "2026-01-01T00:00:00Z", deleted: {}, isDone: true, failure: null };
    node.write("/var/lib/imera/retention.json", JSON.stringify(old));
    expect(health()).toMatchObject({ ok: false, detail: expect.stringContaining("2026-01-01T00:00:00Z") as string });
  });
});

describe("an archive that is larger than it may be", () => {
  it("loses its oldest messages until nine tenths of the quota are left", () => {
    const owner = "o'brien";
    node.write("/etc/imera/node.json", readFacts({ retention: { ...retention, archiveDays: 0, archiveQuotaMiB: 10 } }));
    const mebibyte = 1024 * 1024;
    database(`5000|${11 * mebibyte}|${owner}`, `1000|${mebibyte}`, `400|${mebibyte}`);
    expect(run("run")).toMatchObject({ status: 0, stderr: "" });
    expect(queries().filter((query) => query.includes("DELETE"))).toEqual([
      expect.stringContaining("username = 'o''brien'") as string,
      expect.stringContaining("username = 'o''brien'") as string,
    ]);
    expect(record()).toMatchObject({ deleted: { "archived messages over the quota": 1400 } });
  });
});

function readFacts(changes: object): string {
  return JSON.stringify({
    ...(JSON.parse(readFileSync(node.place("/etc/imera/node.json"), "utf8")) as object),
    ...changes,
  });
}
