import { describe, expect, it } from "vitest";
import type { Step } from "../../../host/terminal/progress.ts";
import type { BackupStatus } from "../../backup/backup-status.ts";
import type { NodeResult, NodeSession } from "../../network/node/ssh.ts";
import { requireBackup, requireSpace } from "./preconditions.ts";

const mib = 1024 * 1024;

describe("the room for an import", () => {
  it("is enough where five times the source fits, and half a GiB", () => {
    requireSpace(512 * mib + 500 * mib, 100 * mib);
  });

  it("is refused where it is less, with what to do", () => {
    expect(() => {
      requireSpace(512 * mib + 499 * mib, 100 * mib);
    }).toThrow(/has 1011\.0 MiB left, and the import may need 1012\.0 MiB[^]*imera:volumeSizeGiB/);
  });
});

const nowMs = Date.parse("2026-11-22T12:00:00Z");

/** What became of a node's backups, whose newest ended at `finishedAt`. */
async function required(
  finishedAt: readonly string[] | null,
  more: Partial<BackupStatus> = {},
  making: Partial<NodeResult> = {},
): Promise<{ made: boolean; shown: string[] }> {
  const backups = finishedAt?.map((time) => ({
    ...{ label: "20261122-101112F", type: "full", startedAt: time, finishedAt: time, sizeBytes: 1, restorePoint: null },
  }));
  const status: BackupStatus = { healthy: true, backups: backups ?? null, troubles: {}, ...more };
  const [asked, shown]: [string[], string[]] = [[], []];
  const session: NodeSession = {
    stack: { stack: "prod" },
    run: (command, { onStderrLine } = {}) => {
      asked.push(command);
      // Unhealthy backups are an answer, too.
      if (command.endsWith(" status")) {
        return Promise.resolve({ exitCode: 1, stdout: JSON.stringify(status), stderr: "" });
      }
      onStderrLine?.("imera-backup: another backup is running; this one begins when it has ended");
      return Promise.resolve({ exitCode: 0, stdout: "", stderr: "", ...making });
    },
    forward: () => Promise.reject(new Error("not here")),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  const step: Step = (_, work) => work((line) => shown.push(line));
  await requireBackup(session, step, nowMs);
  return { made: asked.includes("/usr/local/sbin/imera-backup now"), shown };
}

describe("the backup before an import", () => {
  it.each([
    ["there is none", [], {}],
    ["the newest is a day old", ["2026-11-20T12:00:00Z", "2026-11-21T12:00:00Z"], {}],
    ["none can be listed", null, { unlisted: "the store does not answer" }],
    ["the log since the newest is not archived", ["2026-11-22T11:59:00Z"], { walFailing: "the store is full" }],
  ] as const)("is made where %s, after one that is being made", async (_, finishedAt, more) => {
    const { made, shown } = await required(finishedAt, more);
    expect(made).toBe(true);
    expect(shown).toEqual(["imera-backup: another backup is running; this one begins when it has ended"]);
  });

  it.each([
    ["is younger than a day", ["2026-11-20T12:00:00Z", "2026-11-21T12:00:01Z"]],
    ["ended by a clock that goes ahead", ["2026-11-22T12:00:09Z"]],
  ])("is not made where the newest %s", async (_, finishedAt) => {
    expect(await required(finishedAt, { walFailing: null })).toEqual({ made: false, shown: [] });
  });

  it("has nothing imported where it cannot be made, and says why", async () => {
    const stderr = "imera-backup: the backup failed.\n  Why: the store does not answer.\n";
    await expect(required(null, {}, { exitCode: 1, stderr })).rejects.toThrow(
      /the store does not answer[^]*npm run backup -- --stack prod\nNothing was imported\./,
    );
  });
});
