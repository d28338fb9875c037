import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { contents, copy, deleteAll, info, keysOf, versionsOf } from "./testing/copying.ts";
import { encrypted, fillBucket, firstLabel, walKey } from "./testing/fill-bucket.ts";
import { startTwoProviders, type TwoProviders } from "./testing/two-providers.ts";

describe("a copy of a bucket that has lost something", () => {
  it.each<[what: string, lose: (both: TwoProviders, keys: readonly string[]) => Promise<void>, reason: RegExp]>([
    ["everything", deleteAll, /the bucket is empty, and the copy does|the bucket is empty/],
    ["its beginning", ({ node }) => node.remove(info), /does not have postgresql\/backup\/imera\/backup\.info/],
    [
      "most of its data",
      async ({ node }) => node.remove(`postgresql/backup/imera/${firstLabel}/bundle/1`),
      /have gone since the last copy/,
    ],
    [
      "a finished backup to rubbish",
      async ({ node }) => node.write(`postgresql/backup/imera/${firstLabel}/bundle/1`, randomBytes(9)),
      /other content/,
    ],
    [
      "the log to rubbish",
      async ({ node }) => node.write(walKey(1), encrypted()),
      /other content, such as postgresql\/archive/,
    ],
    [
      "files to rubbish",
      async ({ node }, keys) => node.write(keys.find((key) => key.startsWith("files/data/")) ?? "", randomBytes(300)),
      /other content, such as files\/data/,
    ],
    [
      "its heads to rubbish",
      async ({ node }) => node.write(info, randomBytes(508)),
      /backup\.info is damaged.*not encrypted/,
    ],
    [
      "new files to rubbish",
      async ({ node }) => node.write(`files/snapshots/${"a".repeat(64)}`, randomBytes(300)),
      /SHA-256 is not its name/,
    ],
  ])("%s: stays what it was, and says so", async (_what, lose, reason) => {
    const both = await startTwoProviders();
    const keys = await fillBucket(both.node, { dataBytes: 9_000_000 });
    await copy(both);
    const before = await contents(both.target);
    await lose(both, keys);
    await expect(copy(both)).rejects.toThrow(reason);
    await expect(copy(both)).rejects.toThrow(/stays what it was[\s\S]*--accept-loss/);
    expect(await contents(both.target)).toEqual(before);
  });

  it("follows where that is on purpose, and older versions stay", async () => {
    const both = await startTwoProviders();
    await fillBucket(both.node);
    await copy(both);
    await deleteAll(both);
    await fillBucket(both.node, { label: "20261201-030000F" });
    await expect(copy(both)).rejects.toThrow("other content");
    await copy(both, { acceptLoss: true });
    expect(await contents(both.target)).toEqual(await contents(both.source));
    expect(await versionsOf(both.target, `postgresql/backup/imera/${firstLabel}/backup.manifest`)).toHaveLength(2);
  });

  it("does not begin with a bucket that has no whole backup", async () => {
    const both = await startTwoProviders();
    await expect(copy(both)).rejects.toThrow("the bucket is empty: there is no backup yet");
    expect(await keysOf(both.target)).toEqual([]);
  });
});
