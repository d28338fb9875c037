import { expect, it } from "vitest";
import { questionLine } from "./node-import.ts";

it.each([
  ["nul\0 and \u0001\u001f\b\f\v here", "nul and  here"],
  ["kept: \n\r\t", "kept: \n\r\t"],
  ["\\u0000 \\b \\\\u0000 \\\\\\f", "\\u0000 \\b \\\\u0000 \\\\\\f"],
  ["\\\0\\\\\0x", "\\\\\\x"],
  ["\ufffe☺\uffff😀", "☺😀"],
])("a text %j comes to the node as %j", (text, arrived) => {
  expect(JSON.parse(questionLine({ ask: "person", text }))).toEqual({ ask: "person", text: arrived });
});
