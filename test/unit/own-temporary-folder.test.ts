import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { inOwnTemporaryFolder } from "../runner/own-temporary-folder.ts";

describe("inOwnTemporaryFolder", () => {
  it("counts files that tests left as one failure, names them and removes them", async () => {
    const lines: string[] = [];
    let folder = "";
    const tally = await inOwnTemporaryFolder({ report: (line) => lines.push(line) }, ({ temporary }) => {
      folder = temporary;
      mkdirSync(join(temporary, "left"));
      writeFileSync(join(temporary, "left-too"), "");
      return Promise.resolve({ passed: 3, failed: 1 });
    });
    const failures = ["2 temporary files were left: left, left-too"];
    expect(tally).toEqual({ passed: 3, failed: 2, failures });
    expect(lines.join("\n")).toMatch(/2 temporary files were left: left, left-too/);
    expect(existsSync(folder)).toBe(false);
  });

  it("leaves the count of tidy tests alone, and nothing behind", async () => {
    let folders: readonly string[] = [];
    const tally = await inOwnTemporaryFolder({ report: () => expect.unreachable() }, ({ own, temporary }) => {
      folders = [own, temporary];
      writeFileSync(join(own, "report.json"), "{}");
      return Promise.resolve({ passed: 3, failed: 0 });
    });
    expect(tally).toEqual({ passed: 3, failed: 0 });
    expect(folders.filter((folder) => existsSync(folder))).toEqual([]);
  });

  it("counts no failure where files may be left, and removes them", async () => {
    let file = "";
    const tally = await inOwnTemporaryFolder(
      { report: () => expect.unreachable(), mayLeaveFiles: true },
      ({ temporary }) => {
        file = join(temporary, "left");
        writeFileSync(file, "");
        return Promise.resolve({ passed: 3, failed: 0 });
      },
    );
    expect(tally).toEqual({ passed: 3, failed: 0 });
    expect(existsSync(file)).toBe(false);
  });

  it("leaves nothing behind where the tests could not be run", async () => {
    let folder = "";
    const broken = inOwnTemporaryFolder({ report: () => undefined }, ({ own }) => {
      folder = own;
      throw new Error("no vitest");
    });
    await expect(broken).rejects.toThrow("no vitest");
    expect(existsSync(folder)).toBe(false);
  });
});
