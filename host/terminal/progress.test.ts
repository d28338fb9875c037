import { expect, test } from "vitest";

import { showSteps } from "./progress.ts";

function written(isTTY: boolean) {
  const text: string[] = [];
  return { text, output: { isTTY, write: (part: string) => void text.push(part) } };
}

test("one line for each step with its time, and the value of the work", async () => {
  const { text, output } = written(false);
  const step = showSteps(output);
  expect(await step("network", () => Promise.resolve(7))).toBe(7);
  expect(text).toEqual([expect.stringMatching(/^ {2}✓ network \(0\.\d s\)\n$/)]);
});

test("a failed step is marked, and its error passed on", async () => {
  const { text, output } = written(false);
  const failing = showSteps(output)("network", () => Promise.reject(new Error("no route")));
  await expect(failing).rejects.toThrow("no route");
  expect(text.join("")).toContain("✗ network");
});

test("many details do not fill a log", async () => {
  const { text, output } = written(false);
  await showSteps(output)("records", (report) => {
    for (let record = 0; record < 50; record++) report(`record ${record}`);
    return Promise.resolve();
  });
  expect(text).toHaveLength(2);
  expect(text[0]).toContain("records: record 0");
});

test.each([80, 40, undefined])("on a terminal of %s columns no line is wrapped", async (columns) => {
  const text: string[] = [];
  const output = {
    isTTY: true,
    ...(columns === undefined ? {} : { columns }),
    write: (part: string) => void text.push(part),
  };
  await showSteps(output)("network (pulumi up)", (report) => {
    report(`DnsRecord ${"imera-dns-domain-xmpp-client-tcp-xmpp1 ".repeat(3)}`);
    report("one\ntwo");
    return Promise.resolve();
  });
  const lines = text
    .join("")
    .split(/[\r\n]+/)
    .map((line) => line.replace("\u001b[2K", ""));
  expect(Math.max(...lines.map((line) => line.length))).toBe((columns ?? 80) - 1);
  expect(lines).toContain("  … network (pulumi up): one two".slice(0, (columns ?? 80) - 1));
});

test("on a terminal the details overwrite one another", async () => {
  const { text, output } = written(true);
  await showSteps(output)("records", (report) => {
    report("one");
    report("two");
    return Promise.resolve();
  });
  expect(text.join("").split("\n")).toHaveLength(2);
  expect(text.join("")).toContain("records: two");
});
