import { expect, it } from "vitest";
import { inParallel } from "../copy/inventory.ts";
import { startTwoProviders } from "../copy/testing/two-providers.ts";
import type { ListedObject } from "./listings.ts";

it("lists more objects, and more versions, than a page has, and each name as it is", async () => {
  const { node } = await startTwoProviders();
  const keys = Array.from({ length: 1001 }, (_, number) => `a b/ü+&%2F<"'>/${String(number).padStart(4, "0")}`);
  await inParallel(keys, 16, (key) => node.write(key, Buffer.alloc(0)));
  const listed = async (objects: AsyncIterable<ListedObject>) => {
    const found: string[] = [];
    for await (const { key } of objects) found.push(key);
    return found;
  };
  expect(await listed(node.list("a b/"))).toEqual(keys);
  expect(await listed(node.listVersions(""))).toEqual(keys);
  expect(await listed(node.list(keys[7] ?? ""))).toEqual([keys[7]]);
  expect(await listed(node.list("b"))).toEqual([]);
});
