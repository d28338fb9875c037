import { createHash } from "node:crypto";
import { readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { type Answer, readerKey, startTestStore, type TestStore, writerKey } from "./testing/start-store.ts";

async function startWithBucket(versioned = false): Promise<TestStore> {
  const store = await startTestStore();
  await store.send({ method: "PUT", path: "/backup" });
  const body = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
  if (versioned) await store.send({ method: "PUT", path: "/backup", query: { versioning: "" }, body });
  return store;
}

const codeOf = (answer: { body: string }) => /<Code>(\w+)<\/Code>/.exec(answer.body)?.[1];
const all = (answer: Answer, element: string) =>
  [...answer.body.matchAll(new RegExp(`<${element}>([^<]*)</${element}>`, "g"))].map(([, text]) => text);

describe("an object", () => {
  it("is given back as it was put, whole and in part", async () => {
    const store = await startWithBucket();
    const path = "/backup/a/%C3%BC%20%2B%26%24%3D.txt";
    const headers = { "content-type": "text/x", "x-amz-meta-owner": "me", "content-encoding": "aws-chunked,gzip" };
    const put = await store.send({ method: "PUT", path, headers, body: "hello", key: writerKey });
    expect(put).toMatchObject({ status: 200, headers: { etag: '"5d41402abc4b2a76b9719d911017c592"' } });
    const kept = {
      "content-type": "text/x",
      "x-amz-meta-owner": "me",
      "content-encoding": "gzip",
      "content-length": "5",
    };
    expect(await store.send({ method: "GET", path })).toMatchObject({ status: 200, body: "hello", headers: kept });
    expect(await store.send({ method: "HEAD", path })).toMatchObject({ status: 200, body: "", headers: kept });
    const part = async (range: string) => {
      const { status, body, headers: given } = await store.send({ method: "GET", path, headers: { range } });
      return [status, body, given["content-range"]];
    };
    expect(await part("bytes=1-2")).toEqual([206, "el", "bytes 1-2/5"]);
    expect(await part("bytes=3-99")).toEqual([206, "lo", "bytes 3-4/5"]);
    expect(await part("bytes=-2")).toEqual([206, "lo", "bytes 3-4/5"]);
    expect((await part("bytes=5-"))[0]).toBe(416);
    expect(codeOf(await store.send({ method: "GET", path: "/backup/none" }))).toBe("NoSuchKey");
    expect(await store.send({ method: "DELETE", path })).toMatchObject({ status: 204 });
    expect(await store.send({ method: "HEAD", path })).toMatchObject({ status: 404, body: "" });
  });

  it("is answered by conditions", async () => {
    const store = await startWithBucket();
    const put = await store.send({ method: "PUT", path: "/backup/a", body: "1" });
    const etag = String(put.headers["etag"]);
    const status = async (headers: Record<string, string>) =>
      (await store.send({ method: "GET", path: "/backup/a", headers })).status;
    expect(await status({ "if-none-match": etag })).toBe(304);
    expect(await status({ "if-match": '"other"' })).toBe(412);
    expect(await status({ "if-match": etag })).toBe(200);
    expect(await status({ "if-modified-since": new Date(Date.now() + 60_000).toUTCString() })).toBe(304);
    const conditional = { method: "PUT", path: "/backup/a", headers: { "if-none-match": "*" }, body: "2" };
    expect(await store.send(conditional)).toMatchObject({ status: 501 });
  });

  it("is not changed by an upload whose content is wrong", async () => {
    const store = await startWithBucket();
    await store.send({ method: "PUT", path: "/backup/a", body: "before" });
    const headers = { "content-md5": "AAAAAAAAAAAAAAAAAAAAAA==" };
    expect(codeOf(await store.send({ method: "PUT", path: "/backup/a", headers, body: "after" }))).toBe("BadDigest");
    expect((await store.send({ method: "GET", path: "/backup/a" })).body).toBe("before");
    expect(await readdir(join(store.folder, "backup/objects"))).toHaveLength(2);
  });

  it("is the last of several uploads at once", async () => {
    const store = await startWithBucket();
    const bodies = Array.from({ length: 8 }, (_, index) => String(index));
    await Promise.all(bodies.map((body) => store.send({ method: "PUT", path: "/backup/a", body })));
    expect(bodies).toContain((await store.send({ method: "GET", path: "/backup/a" })).body);
    const versions = await store.send({ method: "GET", path: "/backup", query: { versions: "" } });
    expect(all(versions, "IsLatest")).toEqual(["true"]);
  });

  it("can be copied, with its headers or new ones", async () => {
    const store = await startWithBucket();
    await store.send({ method: "PUT", path: "/backup/a%20b", headers: { "content-type": "text/x" }, body: "1" });
    const copy = { method: "PUT", path: "/backup/c", headers: { "x-amz-copy-source": "backup/a%20b" } };
    expect((await store.send(copy)).body).toContain("<CopyObjectResult");
    const copied = await store.send({ method: "GET", path: "/backup/c" });
    expect(copied).toMatchObject({ body: "1", headers: { "content-type": "text/x" } });
    const replace = { ...copy.headers, "x-amz-metadata-directive": "REPLACE", "content-type": "text/y" };
    await store.send({ ...copy, headers: replace });
    expect(await store.send({ method: "HEAD", path: "/backup/c" })).toMatchObject({
      headers: { "content-type": "text/y" },
    });
  });

  it("outlives a restart, with its versions and the uploads under way", async () => {
    const store = await startWithBucket(true);
    for (const body of ["1", "2"]) await store.send({ method: "PUT", path: "/backup/a", body });
    await store.send({ method: "POST", path: "/backup/big", query: { uploads: "" } });
    await store.objects.close();
    const again = await startTestStore(store);
    expect((await again.send({ method: "GET", path: "/backup/a" })).body).toBe("2");
    const versions = await again.send({ method: "GET", path: "/backup", query: { versions: "" } });
    expect(all(versions, "IsLatest")).toEqual(["true", "false"]);
    const uploads = await again.send({ method: "GET", path: "/backup", query: { uploads: "" } });
    expect(all(uploads, "Key")).toEqual(["big"]);
  });

  it("is what its file is: damaged, or gone", async () => {
    const store = await startWithBucket();
    await store.send({ method: "PUT", path: "/backup/a", body: "1" });
    const folder = join(store.folder, "backup/objects");
    const [file = ""] = (await readdir(folder)).filter((name) => !name.endsWith(".json"));
    await writeFile(join(folder, file), "damaged");
    expect(await store.send({ method: "GET", path: "/backup/a" })).toMatchObject({ status: 200, body: "damaged" });
    await rm(join(folder, file));
    expect(codeOf(await store.send({ method: "GET", path: "/backup/a" }))).toBe("NoSuchKey");
  });
});

describe("a versioned bucket", () => {
  it("keeps what is replaced and what is deleted", async () => {
    const store = await startWithBucket(true);
    const first = await store.send({ method: "PUT", path: "/backup/a", body: "1" });
    await store.send({ method: "PUT", path: "/backup/a", body: "22" });
    const deleted = await store.send({ method: "DELETE", path: "/backup/a" });
    expect(deleted.headers["x-amz-delete-marker"]).toBe("true");
    expect(await store.send({ method: "GET", path: "/backup/a" })).toMatchObject({ status: 404 });
    expect(all(await store.send({ method: "GET", path: "/backup" }), "Key")).toEqual([]);
    const versions = await store.send({ method: "GET", path: "/backup", query: { versions: "", prefix: "a" } });
    expect(all(versions, "Size")).toEqual(["2", "1"]);
    expect(versions.body.match(/<DeleteMarker>/g)).toHaveLength(1);
    const versionId = String(first.headers["x-amz-version-id"]);
    expect((await store.send({ method: "GET", path: "/backup/a", query: { versionId } })).body).toBe("1");
    const marker = String(deleted.headers["x-amz-version-id"]);
    await store.send({ method: "DELETE", path: "/backup/a", query: { versionId: marker } });
    expect((await store.send({ method: "GET", path: "/backup/a" })).body).toBe("22");
  });
});

describe("a node's key", () => {
  it("deletes versions for good, one by one and many at once: docs/backups.md says so of it", async () => {
    const store = await startWithBucket(true);
    const put = async (body: string) =>
      String((await store.send({ method: "PUT", path: "/backup/a", body })).headers["x-amz-version-id"]);
    const [one, two, three] = [await put("1"), await put("2"), await put("3")];
    const query = { versionId: one };
    expect(await store.send({ method: "DELETE", path: "/backup/a", query, key: writerKey })).toMatchObject({
      status: 204,
    });
    const named = [two, three].map((id) => `<Object><Key>a</Key><VersionId>${id}</VersionId></Object>`).join("");
    const body = `<Delete>${named}</Delete>`;
    const md5 = createHash("md5").update(body).digest("base64");
    const bulk = { method: "POST", path: "/backup", query: { delete: "" }, headers: { "content-md5": md5 }, body };
    expect(await store.send({ ...bulk, key: readerKey })).toMatchObject({ status: 403 });
    expect(await store.send({ ...bulk, key: writerKey })).toMatchObject({ status: 200 });
    const versions = await store.send({ method: "GET", path: "/backup", query: { versions: "" } });
    expect(all(versions, "VersionId")).toEqual([]);
  });
});

describe("a list", () => {
  it("comes in pages, in both of its forms", async () => {
    const store = await startWithBucket();
    for (const name of ["a", "b/1", "b/2", "c%20d", "e"]) {
      await store.send({ method: "PUT", path: `/backup/${name}`, body: "1" });
    }
    const list = (query: Record<string, string>) => store.send({ method: "GET", path: "/backup", query });
    const first = await list({ "list-type": "2", "max-keys": "2", delimiter: "/" });
    expect([all(first, "Key"), all(first, "Prefix"), all(first, "KeyCount")]).toEqual([["a"], ["", "b/"], ["2"]]);
    const [token = ""] = all(first, "NextContinuationToken");
    const second = await list({
      "list-type": "2",
      "continuation-token": token,
      delimiter: "/",
      "encoding-type": "url",
    });
    expect([all(second, "Key"), all(second, "IsTruncated")]).toEqual([["c%20d", "e"], ["false"]]);
    expect(all(await list({ marker: "b/1", prefix: "b/" }), "Key")).toEqual(["b/2"]);
    expect(all(await list({ "list-type": "2", "start-after": "c d" }), "Key")).toEqual(["e"]);
    expect(codeOf(await list({ "max-keys": "many" }))).toBe("InvalidArgument");
  });
});
