import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { generatePassphrase, judgePassphrase, passphraseOf } from "./passphrase.ts";

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "imera-passphrase-"))));
afterAll(() => rmSync(folder, { recursive: true }));

describe("generatePassphrase", () => {
  it("writes one that only its owner can read and nobody can find by trying, and never another over it", async () => {
    const file = join(folder, "new", "prod.passphrase");
    await generatePassphrase(file);
    const written = readFileSync(file, "utf8");
    expect(written).toMatch(/^([A-Za-z2-9]{4}-){6}[A-Za-z2-9]{4}\n$/);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await generatePassphrase(file);
    expect(readFileSync(file, "utf8")).toBe(written);
  });

  it("refuses a file that is there and empty", async () => {
    const file = join(folder, "empty");
    writeFileSync(file, "\n");
    await expect(generatePassphrase(file)).rejects.toThrow("no passphrase is in it");
  });
});

describe("passphraseOf", () => {
  it("reads what Pulumi would", () => {
    const file = join(folder, "own");
    writeFileSync(file, "from a file\n");
    expect(passphraseOf({})).toBeUndefined();
    expect(passphraseOf({ PULUMI_CONFIG_PASSPHRASE_FILE: file })).toBe("from a file");
    expect(passphraseOf({ PULUMI_CONFIG_PASSPHRASE: "typed", PULUMI_CONFIG_PASSPHRASE_FILE: file })).toBe("typed");
    expect(() => passphraseOf({ PULUMI_CONFIG_PASSPHRASE_FILE: "/nowhere" })).toThrow("/nowhere, which is not there");
  });
});

describe("judgePassphrase", () => {
  it("refuses an empty one, warns of a short one, and is silent about a long one", () => {
    const warnings: string[] = [];
    const warn = (line: string) => void warnings.push(line);
    expect(() => judgePassphrase("", warn)).toThrow(/is empty.*Nothing was changed/);
    judgePassphrase("a".repeat(16), warn);
    expect(warnings).toEqual([]);
    judgePassphrase("hunter2", warn);
    expect(warnings).toEqual([expect.stringContaining("has 7 characters")]);
    expect(warnings.join()).not.toContain("hunter2");
  });
});
