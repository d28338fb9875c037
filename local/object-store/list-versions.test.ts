import { createHash } from "node:crypto";

import { expect, it } from "vitest";

import { type Answer, startTestStore, type TestStore } from "./testing/start-store.ts";

async function startVersioned(): Promise<TestStore> {
  const store = await startTestStore();
  await store.send({ method: "PUT", path: "/backup" });
  const body = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
  await store.send({ method: "PUT", path: "/backup", query: { versioning: "" }, body });
  return store;
}

async function put(store: TestStore, key: string, count = 1): Promise<void> {
  for (let each = 0; each < count; each += 1) await store.send({ method: "PUT", path: `/backup/${key}`, body: "1" });
}

const texts = ({ body }: Pick<Answer, "body">, element: string) =>
  [...body.matchAll(new RegExp(`<${element}>([^<]*)</${element}>`, "g"))].map(([, text = ""]) => text);

/** Lists all pages and returns them, following both markers. */
async function allPages(store: TestStore, query: Record<string, string> = {}): Promise<Answer[]> {
  const pages: Answer[] = [];
  let markers: Record<string, string> = {};
  for (;;) {
    const page = await store.send({ method: "GET", path: "/backup", query: { versions: "", ...query, ...markers } });
    pages.push(page);
    if (texts(page, "IsTruncated")[0] !== "true") return pages;
    const [key = ""] = texts(page, "NextKeyMarker");
    const [versionId] = texts(page, "NextVersionIdMarker");
    markers = { "key-marker": key, ...(versionId === undefined ? {} : { "version-id-marker": versionId }) };
  }
}

it("parts the versions of one key: a page has at most 1000, delete markers counted", async () => {
  const store = await startVersioned();
  await put(store, "a");
  // Each makes a marker of its own.
  const deletion = `<Delete>${"<Object><Key>a</Key></Object>".repeat(1000)}</Delete>`;
  const headers = { "content-md5": createHash("md5").update(deletion).digest("base64") };
  await store.send({ method: "POST", path: "/backup", query: { delete: "" }, headers, body: deletion });
  await put(store, "b");
  const pages = await allPages(store);
  expect(pages.map((page) => texts(page, "VersionId").length)).toEqual([1000, 2]);
  expect(new Set(pages.flatMap((page) => texts(page, "VersionId"))).size).toBe(1002);
  expect(pages.map((page) => texts(page, "NextKeyMarker"))).toEqual([["a"], []]);
  // Only the newest of a key is its latest, on whichever page.
  expect(pages.flatMap((page) => texts(page, "IsLatest")).filter((text) => text === "true")).toHaveLength(2);
});

it("gives versions and delete markers one to a page, in the order of their age", async () => {
  const store = await startVersioned();
  await put(store, "a", 2);
  await store.send({ method: "DELETE", path: "/backup/a" });
  await store.send({ method: "DELETE", path: "/backup/b" });
  const pages = await allPages(store, { "max-keys": "1" });
  const entries = pages.map((page) => [texts(page, "Key"), page.body.includes("<DeleteMarker>")]);
  expect(entries).toEqual([
    [["a"], true],
    [["a"], false],
    [["a"], false],
    [["b"], true],
  ]);
  expect(pages.map((page) => texts(page, "NextVersionIdMarker"))).toEqual([
    ...pages.slice(0, -1).map((page) => texts(page, "VersionId")),
    [],
  ]);
});

it("goes on behind a version that is gone, and behind a whole key where no version is named", async () => {
  const store = await startVersioned();
  await put(store, "a", 3);
  await put(store, "b");
  const list = (query: Record<string, string>) =>
    store.send({ method: "GET", path: "/backup", query: { versions: "", ...query } });
  const [newest = "", middle = "", oldest = ""] = texts(await list({}), "VersionId");
  await store.send({ method: "DELETE", path: "/backup/a", query: { versionId: middle } });
  const rest = await list({ "key-marker": "a", "version-id-marker": middle });
  expect(texts(rest, "VersionId")).toEqual([oldest, expect.any(String)]);
  expect([texts(rest, "KeyMarker"), texts(rest, "VersionIdMarker")]).toEqual([["a"], [middle]]);
  expect(texts(await list({ "key-marker": "a" }), "Key")).toEqual(["b"]);
  const { status, body } = await list({ "version-id-marker": newest });
  expect([status, texts({ body }, "Code")]).toEqual([400, ["InvalidArgument"]]);
});

it("lists folders between versions, and a key that is the prefix itself", async () => {
  const store = await startVersioned();
  await put(store, "a", 2);
  await put(store, "f/", 2);
  await put(store, "f/1", 2);
  await put(store, "g");
  const folders = await allPages(store, { "max-keys": "1", delimiter: "/" });
  expect(folders.map((page) => [...texts(page, "Key"), ...texts(page, "Prefix")])).toEqual([
    ["a", ""],
    ["a", ""],
    ["", "f/"],
    ["g", ""],
  ]);
  const inside = await allPages(store, { "max-keys": "1", delimiter: "/", prefix: "f/" });
  expect(inside.flatMap((page) => texts(page, "Key"))).toEqual(["f/", "f/", "f/1", "f/1"]);
});
