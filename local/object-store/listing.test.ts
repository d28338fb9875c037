import fc from "fast-check";
import { expect, it } from "vitest";

import { listPage, type Page } from "./listing.ts";

const keyText = fc.string({ unit: fc.constantFrom("a", "b", "/", "é", "😀"), minLength: 1, maxLength: 6 });

it("gives each key below the prefix once, in pages, those with a delimiter as their common prefix", () => {
  const options = fc.record({
    keys: fc.uniqueArray(keyText, { maxLength: 20 }),
    prefix: fc.constantFrom("", "a", "a/", "b/a"),
    delimiter: fc.constantFrom("", "/"),
    maxKeys: fc.integer({ min: 1, max: 5 }),
  });
  fc.assert(
    fc.property(options, ({ keys, prefix, delimiter, maxKeys }) => {
      const sorted = keys.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      const found: string[] = [];
      for (let after: string | undefined = ""; after !== undefined;) {
        const page: Page<string> = listPage(sorted, (key) => [key], { prefix, delimiter, after, maxKeys });
        expect(page.items.length + page.prefixes.length).toBeLessThanOrEqual(maxKeys);
        found.push(...page.items, ...page.prefixes);
        after = page.next;
      }
      expect(found.sort()).toEqual(expected(keys, prefix, delimiter));
    }),
  );
});

it("leaves out keys that nothing stands for", () => {
  const page: Page<string> = listPage(["a/1", "b"], () => [], { prefix: "", delimiter: "/", after: "", maxKeys: 10 });
  expect(page).toEqual({ items: [], prefixes: [], next: undefined });
});

function expected(keys: readonly string[], prefix: string, delimiter: string): string[] {
  const inside = keys.filter((key) => key.startsWith(prefix));
  const shown = inside.map((key) => {
    const rest = key.slice(prefix.length);
    return delimiter !== "" && rest.includes(delimiter) ? prefix + rest.slice(0, rest.indexOf(delimiter) + 1) : key;
  });
  return [...new Set(shown)].sort();
}
