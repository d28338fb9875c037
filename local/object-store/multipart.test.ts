import { readdir } from "node:fs/promises";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { type Answer, startTestStore, type TestStore } from "./testing/start-store.ts";

async function startWithBucket(): Promise<TestStore> {
  const store = await startTestStore();
  await store.send({ method: "PUT", path: "/backup" });
  return store;
}

const codeOf = (answer: { body: string }) => /<Code>(\w+)<\/Code>/.exec(answer.body)?.[1];
const all = (answer: Answer, element: string) =>
  [...answer.body.matchAll(new RegExp(`<${element}>([^<]*)</${element}>`, "g"))].map(([, text]) => text);

describe("an upload in parts", () => {
  const path = "/backup/big";
  const part = Buffer.alloc(5 * 1024 * 1024, "a");

  async function begin(store: TestStore): Promise<string> {
    const answer = await store.send({
      method: "POST",
      path,
      query: { uploads: "" },
      headers: { "content-type": "text/x" },
    });
    return all(answer, "UploadId")[0] ?? "";
  }

  async function putPart(
    store: TestStore,
    uploadId: string,
    partNumber: number,
    body: Buffer | string,
  ): Promise<string> {
    const query = { uploadId, partNumber: String(partNumber) };
    return String((await store.send({ method: "PUT", path, query, body })).headers["etag"]);
  }

  const complete = (store: TestStore, uploadId: string, parts: readonly (readonly [number, string])[]) => {
    const list = parts.map(([number, etag]) => `<Part><PartNumber>${number}</PartNumber><ETag>${etag}</ETag></Part>`);
    const body = `<CompleteMultipartUpload>${list.join("")}</CompleteMultipartUpload>`;
    return store.send({ method: "POST", path, query: { uploadId }, body });
  };

  it("is one object when it is complete", async () => {
    const store = await startWithBucket();
    const uploadId = await begin(store);
    const last = await putPart(store, uploadId, 2, "end");
    const replaced = await putPart(store, uploadId, 1, "x");
    const first = await putPart(store, uploadId, 1, part);
    expect(await store.send({ method: "GET", path })).toMatchObject({ status: 404 });
    expect(
      codeOf(
        await complete(store, uploadId, [
          [1, replaced],
          [2, last],
        ]),
      ),
    ).toBe("InvalidPart");
    expect(
      codeOf(
        await complete(store, uploadId, [
          [2, last],
          [1, first],
        ]),
      ),
    ).toBe("InvalidPartOrder");
    const done = await complete(store, uploadId, [
      [1, first],
      [2, last.replaceAll('"', "&#34;")],
    ]);
    expect(all(done, "ETag")[0]).toMatch(/^&quot;[0-9a-f]{32}-2&quot;$/);
    const got = await store.send({ method: "GET", path });
    expect(got.headers["content-type"]).toBe("text/x");
    expect(got.body).toBe(`${part.toString()}end`);
    expect(codeOf(await complete(store, uploadId, [[1, first]]))).toBe("NoSuchUpload");
  });

  it("is refused with a small part before the last, and is nothing when it is given up", async () => {
    const store = await startWithBucket();
    const uploadId = await begin(store);
    const etags = [await putPart(store, uploadId, 1, "1"), await putPart(store, uploadId, 2, "2")];
    expect(
      codeOf(
        await complete(store, uploadId, [
          [1, etags[0] ?? ""],
          [2, etags[1] ?? ""],
        ]),
      ),
    ).toBe("EntityTooSmall");
    expect(all(await store.send({ method: "GET", path, query: { uploadId } }), "PartNumber")).toEqual(["1", "2"]);
    expect(await store.send({ method: "DELETE", path, query: { uploadId } })).toMatchObject({ status: 204 });
    expect(await readdir(join(store.folder, "backup/uploads"))).toEqual([]);
  });
});
