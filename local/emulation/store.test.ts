import { chmod, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { memoryStore, openStore, StoreError } from "./store.ts";

const host = z.strictObject({ name: z.string(), cores: z.int() });

describe("openStore", () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "store-"));
    path = join(folder, "run", "state.json");
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("gives back after a restart what was flushed, in order", async () => {
    const store = openStore(path);
    const hosts = store.collection("hosts", host);
    hosts.put("b", { name: "b", cores: 1 });
    hosts.put("a", { name: "a", cores: 2 });
    hosts.put("1", { name: "1", cores: 3 });
    hosts.put("b", { name: "b", cores: 4 });
    await store.flush();

    expect(openStore(path).collection("hosts", host).all()).toEqual([
      { name: "b", cores: 4 },
      { name: "a", cores: 2 },
      { name: "1", cores: 3 },
    ]);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it("keeps collections that nobody opened", async () => {
    const first = openStore(path);
    first.collection("hosts", host).put("a", { name: "a", cores: 1 });
    await first.flush();
    const second = openStore(path);
    second.collection("other", host).put("x", { name: "x", cores: 1 });
    await second.flush();
    expect(openStore(path).collection("hosts", host).all()).toHaveLength(1);
  });

  it("makes each change durable when flushes overlap", async () => {
    const store = openStore(path);
    const hosts = store.collection("hosts", host);
    const flushes = Array.from({ length: 20 }, async (_, index) => {
      hosts.put(String(index), { name: String(index), cores: 1 });
      await store.flush();
      const onDisk = z.object({ collections: z.object({ hosts: z.array(z.tuple([z.string(), host])) }) });
      const { hosts: pairs } = onDisk.parse(JSON.parse(await readFile(path, "utf8"))).collections;
      expect(pairs.map(([key]) => key)).toContain(String(index));
    });
    await Promise.all(flushes);
  });

  it.each(["", "{", "[]", '{"version":2,"collections":{}}'])("refuses the damaged file %j", async (text) => {
    openStore(path);
    await writeFile(path, text);
    expect(() => openStore(path)).toThrow(StoreError);
    expect(() => openStore(path)).toThrow(path);
  });

  it("refuses a record that does not fit its schema", async () => {
    openStore(path);
    await writeFile(path, JSON.stringify({ version: 1, collections: { hosts: [["a", { name: "a" }]] } }));
    expect(() => openStore(path).collection("hosts", host)).toThrow(/hosts\/a[^]*cores/);
  });

  it("says when the file cannot be written, and writes it once it can", async () => {
    const store = openStore(path);
    const hosts = store.collection("hosts", host);
    hosts.put("a", { name: "a", cores: 1 });
    await rm(join(folder, "run"), { recursive: true });
    await writeFile(join(folder, "run"), "in the way");
    await expect(store.flush()).rejects.toThrow(/Cannot write the state file/);
    await rm(join(folder, "run"));
    openStore(path);
    await chmod(join(folder, "run"), 0o700);
    await store.flush();
    expect(openStore(path).collection("hosts", host).get("a")).toEqual({ name: "a", cores: 1 });
  });
});

describe("a collection", () => {
  it("refuses a record that does not fit", () => {
    const hosts = memoryStore().collection("hosts", host);
    expect(() => hosts.put("a", { name: "a", cores: 1.5 })).toThrow();
    expect(hosts.all()).toEqual([]);
  });

  it("cannot be opened twice", () => {
    const store = memoryStore();
    store.collection("hosts", host);
    expect(() => store.collection("hosts", host)).toThrow(StoreError);
  });
});
