import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { replaceFile } from "./replace-file.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "imera-replace-"));
});
afterEach(() => rm(folder, { recursive: true }));

describe("replaceFile", () => {
  it("gives the file its contents and permissions, and leaves nothing beside it", async () => {
    const file = join(folder, "a");
    await writeFile(file, "old", { mode: 0o600 });
    await replaceFile(file, "new", 0o666);
    expect(await readFile(file, "utf8")).toBe("new");
    expect((await stat(file)).mode & 0o777).toBe(0o666);
    expect(await readdir(folder)).toEqual(["a"]);
  });

  it("leaves the target and nothing else where it cannot be replaced", async () => {
    await mkdir(join(folder, "a"));
    await expect(replaceFile(join(folder, "a"), "new")).rejects.toThrow();
    expect(await readdir(folder)).toEqual(["a"]);
  });
});
