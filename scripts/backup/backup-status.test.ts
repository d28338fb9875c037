import { describe, expect, it } from "vitest";
import { type BackupStatus, describeBackups } from "./backup-status.ts";

const nowMs = Date.parse("2026-11-22T12:00:00Z");
const place = {
  domain: "example.org",
  bucket: { endpoint: "ams3.digitaloceanspaces.com", bucket: "imera-backup-1a2b3c4" },
  nextBackupAt: "2026-11-23T03:00:00Z",
};
const healthy: BackupStatus = {
  healthy: true,
  backups: [
    {
      label: "20261122-101112F",
      type: "full",
      startedAt: "2026-11-22T10:11:12Z",
      finishedAt: "2026-11-22T10:12:00Z",
      sizeBytes: 12_897_485,
      restorePoint: "imera-20261122T101201Z",
    },
  ],
  lastBackup: { at: "2026-11-22T10:12:03Z", ok: true, error: null },
  walArchivedAt: "2026-11-22T11:59:30Z",
  walFailing: null,
  filesBackupAt: "2026-11-22T11:59:00Z",
  troubles: {},
};

describe("describeBackups", () => {
  it("shows what there is and what comes next", () => {
    expect(describeBackups(healthy, place, nowMs)).toMatchInlineSnapshot(`
      "Backups of example.org, in imera-backup-1a2b3c4 at ams3.digitaloceanspaces.com

        backup            type  age         took  size
        20261122-101112F  full  1 h 48 min  48 s  12.3 MiB

        newest WAL archived  2026-11-22 11:59:30 UTC (30 s ago)
        newest files backup  2026-11-22 11:59:00 UTC (1 min ago)
        next backup          2026-11-23 03:00:00 UTC
        health               good"
    `);
  });

  it("says why it is not healthy", () => {
    const troubles = { "wal archive": "the log has not reached the archive for 5 min" };
    const text = describeBackups({ ...healthy, healthy: false, troubles }, place, nowMs);
    expect(text.replaceAll(/\s+/g, " ")).toContain(
      "NOT HEALTHY: wal archive: the log has not reached the archive for 5 min",
    );
  });

  it("does not say that there is none where they cannot be listed", () => {
    const why = "the backup store ams3.example.net cannot be reached: it answers with status 503";
    const status = { ...healthy, healthy: false, backups: null, unlisted: why, troubles: { backup: why } };
    const text = describeBackups(status, place, nowMs);
    expect(text).toContain(`They cannot be listed: ${why}.`);
    expect(text).not.toContain("There is none");
  });

  it("says that there is none, and that none will come", () => {
    const status = {
      ...healthy,
      healthy: false,
      backups: [],
      lastBackup: null,
      walArchivedAt: null,
      filesBackupAt: null,
    };
    const text = describeBackups(status, { domain: "example.org", bucket: undefined, nextBackupAt: undefined }, nowMs);
    for (const line of ["There is none yet.", "never", "none is scheduled", "NOT HEALTHY: there is no backup"]) {
      expect(text).toContain(line);
    }
  });
});
