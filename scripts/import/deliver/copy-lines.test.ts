import { expect, it } from "vitest";
import type { ArchivedMessage } from "../model/history.ts";
import { copyLines } from "./copy-lines.ts";
import { batchesOf } from "./import-messages.ts";

function message(changes: Partial<ArchivedMessage>): ArchivedMessage {
  const texts = { owner: "o", peer: "p@x", barePeer: "p@x", xml: "<message/>", txt: "", nick: "", originId: "" };
  return { ...texts, ms: 1, kind: "chat", isCounted: true, ...changes };
}

it.each([
  ["a tab\tand\r\nlines", "a tab\\tand\\r\\nlines"],
  ["back\\slash \\N \\.", "back\\\\slash \\\\N \\\\."],
  ["what\0no\u0001XML\u001f\b\f\v\ufffehas\uffff", "whatnoXMLhas"],
  ["☺ 😀 \u0085", "☺ 😀 \u0085"],
])("a text of a message, %j, goes to PostgreSQL as %j", (text, written) => {
  expect(copyLines([message({ txt: text, nick: "n" }), message({})])).toBe(
    `0\to\t1\tchat\tp@x\t<message/>\t${written}\tn\t\ttrue\n1\to\t1\tchat\tp@x\t<message/>\t\t\t\ttrue\n`,
  );
});

it("what an owner has of a millisecond is in one batch, and nothing is lost", () => {
  const times = [1, 1, 1, 2, 2, 3, 4, 5, 5, 5, 5];
  const all = ["a", "b"].flatMap((owner) => times.map((ms) => message({ owner, ms })));
  const batches = [...batchesOf(all, 2)];
  expect(batches.flat()).toEqual(all);
  expect(batches.map((batch) => batch.map(({ owner, ms }) => `${owner}${ms}`).join(" "))).toEqual([
    ...["a1 a1 a1", "a2 a2", "a3 a4", "a5 a5 a5 a5", "b1 b1 b1", "b2 b2", "b3 b4", "b5 b5 b5 b5"],
  ]);
});
