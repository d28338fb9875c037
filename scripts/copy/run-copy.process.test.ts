import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { Bucket } from "../object-store/bucket.ts";
import { s3Sender } from "../object-store/s3-request.ts";
import { listCopy } from "./inventory.ts";
import { keepLocked } from "./keep-locked.ts";
import { kindOfObject } from "./layout.ts";
import { readRecord } from "./notes.ts";
import { contents, copy, info, keysOf, versionsOf } from "./testing/copying.ts";
import { encrypted, fillBucket, putNamed, walKey } from "./testing/fill-bucket.ts";
import { keyPair, startTwoProviders } from "./testing/two-providers.ts";

const dayMs = 86_400_000;

describe("a copy", () => {
  it("has all backups as they are, parts and odd sizes among them, and nothing twice", async () => {
    const both = await startTwoProviders();
    await fillBucket(both.node);
    const big = randomBytes(16 * 1024 * 1024 + 5);
    const key = "postgresql/backup/imera/20261101-030000F/bundle/2";
    const parted = await both.node.writeInParts(key);
    for (let at = 0; at < big.length; at += 6_000_000) await parted.add(big.subarray(at, at + 6_000_000));
    await parted.complete();
    await both.node.write("postgresql/backup/imera/20261101-030000F/pg_data/empty ü+&.zst", Buffer.alloc(0));
    const first = await copy(both);
    expect(await contents(both.target)).toEqual(await contents(both.source));
    expect(await both.target.read(key, { range: { first: big.length - 3, last: big.length - 1 } })).toEqual(
      big.subarray(-3),
    );
    expect(first).toMatchObject({ copied: { objects: 12, bytes: first.record.bytes }, warnings: [] });
    expect(await readRecord(both.target)).toEqual(first.record);
    expect((await copy(both)).copied).toEqual({ objects: 0, bytes: 0 });
  });

  it("writes what names others after them, and makes what is overwritten a new version", async () => {
    const both = await startTwoProviders();
    await fillBucket(both.node);
    await copy(both);
    const old = await both.target.read(info);
    await both.node.write(info, encrypted());
    await both.node.write(walKey(2), encrypted());
    both.clock.ms += 1000;
    expect((await copy(both)).copied.objects).toBe(2);
    const written = both.log.filter((line) => / PUT \S+\/copy\/(?!imera-copy)/.test(line.replace(/^\S+/, " ")));
    const kinds = written
      .slice(0, 10)
      .map((line) => kindOfObject(decodeURIComponent(/\/copy\/(\S+)/.exec(line)?.[1] ?? "")));
    expect(kinds).toEqual([...kinds].sort((one, other) => rank(one) - rank(other)));
    expect(new Set(kinds).size).toBe(3);
    const [, older, ...others] = await versionsOf(both.target, info);
    expect(others).toEqual([]);
    expect(await both.target.read(info, { versionId: older?.versionId ?? "" })).toEqual(old);
  });

  it("looks again where an object expires while it copies, and never names what it lacks", async () => {
    const both = await startTwoProviders();
    await fillBucket(both.node);
    const old = await putNamed(both.node, "data", randomBytes(300));
    const oldIndex = await putNamed(both.node, "index", randomBytes(300));
    let isPruned = false;
    const source: Bucket = {
      ...both.source,
      read: async (key, options) => {
        if (!isPruned && key === old) {
          isPruned = true;
          await both.node.remove(oldIndex);
          await both.node.remove(old);
          await putNamed(both.node, "data", randomBytes(400));
        }
        return both.source.read(key, options);
      },
    };
    await copy({ source, target: both.target });
    expect(await contents(both.target)).toEqual(await contents(both.source));
  });

  it("goes on where it was cut off", async () => {
    const both = await startTwoProviders();
    await fillBucket(both.node);
    let reads = 0;
    const source: Bucket = {
      ...both.source,
      read: (key, options) => (++reads > 4 ? Promise.reject(new Error("killed")) : both.source.read(key, options)),
    };
    await expect(copy({ source, target: both.target })).rejects.toThrow("killed");
    expect(await keysOf(both.target)).not.toContain(info);
    const after = await keysOf(both.target);
    expect(after.length).toBeGreaterThan(0);
    expect((await copy(both)).copied.objects).toBe(10 - after.length);
    expect(await contents(both.target)).toEqual(await contents(both.source));
  });

  it("keeps what the bucket deleted for keepDays, and the versions as long as they are locked", async () => {
    const both = await startTwoProviders();
    const expired = await putNamed(both.node, "data", randomBytes(300));
    await fillBucket(both.node);
    await copy(both);
    await both.node.remove(expired);
    await copy(both);
    await copy(both, { keepDays: 7 });
    expect(await keysOf(both.target)).toContain(expired);
    const noted = "imera-copy/missing/";
    for await (const { key } of both.target.list(noted)) {
      const earlier = new Date(Date.now() - 31 * dayMs).toISOString().slice(0, 10);
      await both.target.write(`${noted}${earlier}.json`, await both.target.read(key));
      await both.target.remove(key);
    }
    expect((await copy(both)).expired).toBe(1);
    expect(await keysOf(both.target)).not.toContain(expired);
    const [version, ...others] = await versionsOf(both.target, expired);
    expect(others).toMatchObject([{ isDeleteMarker: true }]);
    expect((await both.target.read(expired, { versionId: version?.versionId ?? "" })).length).toBe(300);
  });

  it("keeps what it still needs locked, however old that is", async () => {
    const both = await startTwoProviders();
    await fillBucket(both.node);
    await copy(both);
    const lockedUntil = async () => Date.parse((await both.target.describe(info))?.lockedUntil ?? "");
    const first = await lockedUntil();
    await copy(both);
    expect(await lockedUntil()).toBe(first);
    await keepLocked(both.target, [...(await listCopy(both.target)).values()], 30, Date.now() + 25 * dayMs);
    expect(await lockedUntil()).toBeGreaterThan(first + 24 * dayMs);
  });
});

describe("the bucket of a copy", () => {
  it("can be used with no key of DigitalOcean's, and by the copy's own key not be emptied", async () => {
    const both = await startTwoProviders();
    await fillBucket(both.node);
    await copy(both);
    for (const name of ["OWNER", "NODE", "READER"]) {
      await expect(both.at({ key: keyPair(name) }).read(info)).rejects.toThrow("403 InvalidAccessKeyId");
    }
    const [version] = await versionsOf(both.target, info);
    const request = { method: "DELETE", key: info, query: { versionId: version?.versionId ?? "" } } as const;
    await expect(s3Sender(both.target.place)(request)).rejects.toThrow("403 AccessDenied");
  });

  it("has versions, or is not used; has Object Lock for keepDays, or that is said", async () => {
    const both = await startTwoProviders();
    await fillBucket(both.node);
    expect((await copy(both, { keepDays: 60 })).warnings).toEqual([
      expect.stringContaining("locks for 30 days") as string,
    ]);
    const plain = both.at({ bucket: "plain", key: keyPair("ROOT") });
    const ask = s3Sender(plain.place);
    await ask({ method: "PUT" });
    await expect(copy({ source: both.source, target: plain })).rejects.toThrow("keeps no versions");
    const body = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
    await ask({ method: "PUT", query: { versioning: "" }, body: Buffer.from(body) });
    const { warnings } = await copy({ source: both.source, target: plain });
    expect(warnings).toEqual([expect.stringContaining("plain has no Object Lock") as string]);
    await expect(copy({ source: both.source, target: both.at({ bucket: "none" }) })).rejects.toThrow(
      /403 .*COPY_ACCESS_KEY_ID/,
    );
  });
});

function rank(kind: string): number {
  return ["data", "index", "head"].indexOf(kind);
}
