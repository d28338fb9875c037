import { describe, expect, it } from "vitest";
import { gaps, type Manifest } from "./manifest.ts";

const expected: Manifest = {
  version: 1,
  takenAt: "2026-11-22T10:12:01Z",
  restorePoint: "imera-20261122T101201Z",
  tables: { users: { rows: 200, checksum: "12:-34" }, archive: { rows: 20_000, checksum: "5:6" } },
  uploads: { "a/b.jpg": { sizeBytes: 10, sha256: "aa" }, "c/d.png": { sizeBytes: 20, sha256: "bb" } },
};

describe("gaps", () => {
  it("are none between equals, whatever time they were taken", () => {
    expect(
      gaps(expected, { ...structuredClone(expected), takenAt: "2026-11-23T00:00:00Z", restorePoint: null }),
    ).toEqual([]);
  });

  it("name each table and upload that differs, is missing, or is too much", () => {
    const found: Manifest = {
      ...expected,
      tables: { users: { rows: 200, checksum: "12:-35" }, spool: { rows: 0, checksum: "0:0" } },
      uploads: { "a/b.jpg": { sizeBytes: 9, sha256: "cc" }, "e/f.gif": { sizeBytes: 1, sha256: "dd" } },
    };
    expect(gaps(expected, found)).toEqual([
      "table archive: is missing; it had 20000 rows, checksum 5:6",
      "table spool: was not in the backup",
      "table users: had 200 rows, checksum 12:-34; now 200 rows, checksum 12:-35",
      "upload a/b.jpg: had 10 bytes, SHA-256 aa; now 9 bytes, SHA-256 cc",
      "upload c/d.png: is missing; it had 20 bytes, SHA-256 bb",
      "upload e/f.gif: was not in the backup",
    ]);
  });
});
