import { expect, it } from "vitest";
import { packText } from "../../host/packed-text.ts";
import { changedFiles } from "./changed-files.ts";

const bundle = (files: Readonly<Record<string, string>>) =>
  JSON.stringify({ files: Object.entries(files).map(([path, content]) => ({ path, mode: "0644", content })) });

it("names the files that differ, and nothing of their text", () => {
  const before = bundle({ "/etc/a": "one", "/etc/b": "two", "/etc/c": "three" });
  const after = bundle({ "/etc/a": "one", "/etc/b": "deux", "/etc/d": "four" });
  expect(changedFiles(before, after)).toEqual(["file /etc/b", "file goes: /etc/c", "new file /etc/d"]);
});

it("reads bundles that are packed, also beside one of an earlier version", () => {
  const [before, after] = [bundle({ "/etc/a": "one" }), bundle({ "/etc/a": "two" })];
  expect(changedFiles(packText(before), packText(after))).toEqual(["file /etc/a"]);
  expect(changedFiles(before, packText(after))).toEqual(["file /etc/a"]);
});

it("names ten files at most", () => {
  const many = (text: string) => bundle(Object.fromEntries(Array.from({ length: 77 }, (_, n) => [`/f${n}`, text])));
  const lines = changedFiles(many("a"), many("b"));
  expect(lines).toHaveLength(11);
  expect(lines?.at(-1)).toBe("and 67 files more");
});

it.each([
  ["", ""],
  ["{", "{}"],
  [undefined, bundle({})],
  [7, 8],
])("knows nothing of %j and %j", (from, to) => {
  expect(changedFiles(from, to)).toBeUndefined();
});
