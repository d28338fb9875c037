import { describe, expect, it } from "vitest";

import { readerKey, startTestStore, type TestStore, writerKey } from "./testing/start-store.ts";

const makeBucket = (store: TestStore, name = "backup", host = "ams3") =>
  store.send({ method: "PUT", host: `${name}.${host}`, path: "/", headers: { "x-amz-acl": "private" } });

const codeOf = (answer: { body: string }) => /<Code>(\w+)<\/Code>/.exec(answer.body)?.[1];

describe("a bucket", () => {
  it("is there in its own region only, in path style and in virtual-host style", async () => {
    const store = await startTestStore();
    expect(await makeBucket(store)).toMatchObject({ status: 200 });
    expect(await makeBucket(store)).toMatchObject({ status: 200 });
    expect(await store.send({ method: "HEAD", host: "backup.ams3", path: "/" })).toMatchObject({ status: 200 });
    const location = await store.send({ method: "GET", path: "/backup", query: { location: "" } });
    expect(location.body).toMatch(/<LocationConstraint xmlns="[^"]+">ams3<\/LocationConstraint>/);
    expect(await store.send({ method: "HEAD", host: "backup.fra1", path: "/" })).toMatchObject({ status: 404 });
    expect(codeOf(await store.send({ method: "GET", host: "fra1", path: "/backup" }))).toBe("NoSuchBucket");
    expect(codeOf(await makeBucket(store, "backup", "fra1"))).toBe("BucketAlreadyExists");
    expect(codeOf(await store.send({ method: "PUT", path: "/Backup" }))).toBe("InvalidBucketName");
    const list = await store.send({ method: "GET", path: "/" });
    expect(list.body).toContain("<Bucket><Name>backup</Name>");
    expect((await store.send({ method: "GET", host: "fra1", path: "/" })).body).not.toContain("backup");
  });

  it("keeps its settings", async () => {
    const store = await startTestStore();
    await makeBucket(store);
    const ask = (method: string, setting: string, rest: { body?: string; headers?: Record<string, string> } = {}) =>
      store.send({ method, host: "backup.ams3", path: "/", query: { [setting]: "" }, ...rest });

    expect((await ask("GET", "versioning")).body).not.toContain("Status");
    const versioning = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
    expect(await ask("PUT", "versioning", { body: versioning })).toMatchObject({ status: 200 });
    expect((await ask("GET", "versioning")).body).toContain("<Status>Enabled</Status>");

    expect(codeOf(await ask("GET", "lifecycle"))).toBe("NoSuchLifecycleConfiguration");
    const rule = "<Rule><ID>old</ID><Status>Enabled</Status></Rule>";
    const lifecycle = `<LifecycleConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${rule}</LifecycleConfiguration>`;
    expect(await ask("PUT", "lifecycle", { body: lifecycle })).toMatchObject({ status: 200 });
    expect((await ask("GET", "lifecycle")).body).toBe(lifecycle);
    expect(await ask("DELETE", "lifecycle")).toMatchObject({ status: 204 });
    expect(codeOf(await ask("PUT", "lifecycle", { body: "<Other/>" }))).toBe("MalformedXML");

    expect((await ask("GET", "acl")).body).not.toContain("AllUsers");
    expect(await ask("PUT", "acl", { headers: { "x-amz-acl": "public-read" } })).toMatchObject({ status: 200 });
    expect((await ask("GET", "acl")).body).toContain("AllUsers");
    expect(await ask("PUT", "policy", { body: "{}" })).toMatchObject({ status: 501 });
    expect(store.log.join("\n")).toContain("spaces FAILED: PUT /: The local cloud's object store does not implement");
  });

  it("is deleted when it is empty, older versions counted", async () => {
    const store = await startTestStore();
    await makeBucket(store);
    const versioning = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
    await store.send({ method: "PUT", path: "/backup", query: { versioning: "" }, body: versioning });
    await store.send({ method: "PUT", path: "/backup/a", body: "1" });
    await store.send({ method: "DELETE", path: "/backup/a" });
    expect(codeOf(await store.send({ method: "DELETE", path: "/backup" }))).toBe("BucketNotEmpty");
    const versions = await store.send({ method: "GET", path: "/backup", query: { versions: "" } });
    const ids = [...versions.body.matchAll(/<VersionId>(\w+)<\/VersionId>/g)].map(([, id]) => id);
    expect(ids).toHaveLength(2);
    const objects = ids.map((id) => `<Object><Key>a</Key><VersionId>${id ?? ""}</VersionId></Object>`).join("");
    const body = `<Delete>${objects}</Delete>`;
    const deleted = await store.send({ method: "POST", path: "/backup", query: { delete: "" }, body });
    expect(deleted.body.match(/<Deleted>/g)).toHaveLength(2);
    expect(await store.send({ method: "DELETE", path: "/backup" })).toMatchObject({ status: 204 });
    expect(await store.send({ method: "HEAD", path: "/backup" })).toMatchObject({ status: 404 });
  });
});

describe("a key with grants", () => {
  it("does what they allow, in the bucket that they name", async () => {
    const store = await startTestStore();
    for (const name of ["backup", "other"]) {
      await makeBucket(store, name);
      await store.send({ method: "PUT", path: `/${name}/a`, body: "1" });
    }
    const statuses = async (key: typeof readerKey) => {
      const orders = [
        ["GET", "/backup/a"],
        ["GET", "/backup"],
        ["PUT", "/backup/b"],
        ["DELETE", "/backup/a"],
        ["GET", "/other/a"],
        ["GET", "/other"],
        ["PUT", "/other/b"],
        ["GET", "/"],
        ["DELETE", "/other"],
        ["PUT", "/another"],
      ] as const;
      const answers = [];
      for (const [method, path] of orders) {
        answers.push(await store.send({ method, path, key, ...(method === "PUT" ? { body: "2" } : {}) }));
      }
      return answers.map(({ status }) => status);
    };
    expect(await statuses(readerKey)).toEqual([200, 200, 403, 403, 403, 403, 403, 403, 403, 403]);
    expect(await statuses(writerKey)).toEqual([200, 200, 200, 204, 403, 403, 403, 403, 403, 403]);
  });

  it("cannot copy from a bucket that it may not read, or change a bucket's settings", async () => {
    const store = await startTestStore();
    for (const name of ["backup", "other"]) await makeBucket(store, name);
    await store.send({ method: "PUT", path: "/other/a", body: "1" });
    const copy = { method: "PUT", path: "/backup/a", headers: { "x-amz-copy-source": "/other/a" }, key: writerKey };
    expect(codeOf(await store.send(copy))).toBe("AccessDenied");
    const versioning = "<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>";
    const change = { method: "PUT", path: "/backup", query: { versioning: "" }, body: versioning, key: writerKey };
    expect(codeOf(await store.send(change))).toBe("AccessDenied");
    expect(await store.send({ ...change, method: "GET", body: "" })).toMatchObject({ status: 200 });
  });
});
