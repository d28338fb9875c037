import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { Bucket } from "../object-store/bucket.ts";
import { copyAt } from "./copy-at.ts";
import { fillBucket as fillFromCopy, refuseIncomplete } from "./fill-bucket.ts";
import { listCopy } from "./inventory.ts";
import { runCopy } from "./run-copy.ts";
import { fillBucket, firstLabel, putNamed } from "./testing/fill-bucket.ts";
import { startTwoProviders, type TwoProviders } from "./testing/two-providers.ts";

const info = "postgresql/backup/imera/backup.info";
const silent = () => undefined;

async function withCopy(): Promise<TwoProviders> {
  const both = await startTwoProviders();
  await fillBucket(both.node);
  const { source, target } = both;
  await runCopy({ domain: "example.org", source, target, keepDays: 30, acceptLoss: false, report: silent });
  return both;
}

async function keysOf(bucket: Bucket): Promise<string[]> {
  return [...(await listCopy(bucket)).keys()];
}

async function emptied({ node }: TwoProviders): Promise<void> {
  for (const key of await keysOf(node)) await node.remove(key);
}

describe("a network's bucket", () => {
  it("is filled from the copy, goes on where that was cut off, and is copied on without a word", async () => {
    const both = await withCopy();
    const { node, source, target } = both;
    await emptied(both);
    const found = await listCopy(target);
    let reads = 0;
    const read: Bucket["read"] = (key, options) =>
      ++reads > 5 ? Promise.reject(new Error("killed")) : target.read(key, options);
    await expect(fillFromCopy({ bucket: { ...target, read }, found }, node, silent)).rejects.toThrow("killed");
    expect(await keysOf(node)).not.toContain(info);
    await fillFromCopy({ bucket: target, found }, node, silent);
    expect(await keysOf(node)).toEqual([...found.keys()]);
    expect(await node.read(info)).toEqual(await target.read(info));
    // What a node adds after it was restored is in nobody's way.
    await putNamed(node, "data", randomBytes(300));
    await fillFromCopy({ bucket: target, found }, node, silent);
    const again = await runCopy({
      domain: "example.org",
      source,
      target,
      keepDays: 30,
      acceptLoss: false,
      report: silent,
    });
    expect(again.copied.objects).toBe(1);
  });

  it("is left as it is where it has something else", async () => {
    const both = await withCopy();
    const found = await listCopy(both.target);
    await both.node.write(info, randomBytes(508));
    await expect(fillFromCopy({ bucket: both.target, found }, both.node, silent)).rejects.toThrow(
      `1 objects that the copy does not have like that, such as ${info}`,
    );
    await both.node.remove(info);
    const own = await putNamed(both.node, "snapshots", randomBytes(300));
    await expect(fillFromCopy({ bucket: both.target, found }, both.node, silent)).rejects.toThrow(own);
    expect(await keysOf(both.node)).not.toContain(info);
  });

  it("is filled from the copy as it was at a time", async () => {
    const both = await withCopy();
    const good = await both.target.read(info);
    await delay(5);
    const time = new Date().toISOString();
    await delay(5);
    await both.target.write(info, randomBytes(508));
    await both.target.remove(`postgresql/backup/imera/${firstLabel}/bundle/1`);
    await putNamed(both.target, "snapshots", randomBytes(300));
    const { bucket, found } = await copyAt(both.target, time);
    await emptied(both);
    await fillFromCopy({ bucket, found }, both.node, silent);
    expect(await keysOf(both.node)).toHaveLength(10);
    expect(await both.node.read(info)).toEqual(good);
    expect(() => refuseIncomplete(bucket, found)).not.toThrow();
    const early = await copyAt(both.target, "2020-01-01T00:00:00Z");
    expect(() => refuseIncomplete(bucket, early.found)).toThrow("does not have postgresql/backup/imera/backup.info");
  });
});
