import { describe, expect, it } from "vitest";
import type { NodeSession } from "../network/node/ssh.ts";
import { compareWithBackup, type Manifest } from "./manifest.ts";

const expected: Manifest = {
  version: 1,
  takenAt: "2026-11-22T10:12:01Z",
  restorePoint: "imera-20261122T101201Z",
  tables: { users: { rows: 200, checksum: "12:-34" } },
  uploads: { "a/b.jpg": { sizeBytes: 10, sha256: "aa" } },
};

/** A node with the backup, whose comparison ends with an exit code and this output. */
function node(exitCode: number, stdout: string, stderr = ""): NodeSession {
  return {
    run: (_, { stdin = "" } = {}) => {
      expect(stdin).toContain("point=imera-20261122T101201Z latest /srv/imera/backup/manifest.json");
      const isComparison = stdin.includes("--compare");
      return Promise.resolve(
        isComparison ? { exitCode, stdout, stderr } : { exitCode: 0, stdout: JSON.stringify(expected), stderr: "" },
      );
    },
    stack: { stack: "prod" },
    forward: () => Promise.reject(new Error("not here")),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

describe("compareWithBackup", () => {
  const point = "imera-20261122T101201Z";

  it("finds no gap where the node finds no difference", async () => {
    expect(await compareWithBackup(node(0, ""), point)).toEqual({ expected, gaps: [] });
  });

  it("gives each difference that the node names", async () => {
    const differences = ["table users: missing, expected rows 200, checksum 12:-34", "upload c: not expected, found x"];
    expect((await compareWithBackup(node(1, `${differences.join("\n")}\n`), point)).gaps).toEqual(differences);
  });

  it("rejects where the node could not find out", async () => {
    await expect(compareWithBackup(node(2, "", "manifest: PostgreSQL did not answer."), point)).rejects.toThrow(
      "PostgreSQL did not answer",
    );
    await expect(compareWithBackup(node(1, "", "Traceback"), point)).rejects.toThrow("Traceback");
  });
});
