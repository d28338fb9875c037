import { describe, expect, it } from "vitest";
import { nodeRoot } from "../testing/node-root.ts";

/** Terms as ejabberd stores an option, each with the values that its own form has, or the reason why no form has one. */
const terms: readonly (readonly [stored: string, values: readonly string[] | string])[] = [
  // As the server writes text: readable where each byte is a printable character of Latin-1, numbers otherwise.
  ["<<195,164>>", ["ä"]],
  ['<<"äöü">>', ["äöü"]],
  ["<<226,152,131,32,240,159,152,128>>", ["☃ 😀"]],
  [String.raw`<<"a\nb\tc">>`, ["a\nb\tc"]],
  [String.raw`<<"a\"b\\c">>`, [String.raw`a"b\c`]],
  ["<<>>", [""]],
  ['<<"undefined">>', ["undefined"]],
  // All else that Erlang's grammar has for it.
  [String.raw`<<"\101\x42\x{43}\^I\d\s\z\'">>`, ["ABC\t\u007f z'"]],
  [String.raw`<<"\303\244">>`, ["ä"]],
  ['<<"äöü"/utf8>>', ["äöü"]],
  [String.raw`<<"\x{2603}"/utf8>>`, ["☃"]],
  ["<<9731/utf8,16#41:8,$b>>", ["☃Ab"]],
  ['<< "a" , "b" "c" >> .', ["abc"]],
  ['"a\\nb"', ["a\nb"]],
  ["[103,114,195,188,110]", ["grün"]],
  ["[9731]", ["☃"]],
  ["true", ["1"]],
  ["false", ["0"]],
  ["undefined", []],
  ["max", ["max"]],
  [String.raw`'it\'s max'`, ["it's max"]],
  ["1000", ["1000"]],
  ["-3", ["-3"]],
  ["16#fF", ["255"]],
  ["[]", []],
  [String.raw`[<<"Fri\"ends">>,<<70,195,164>>]`, ['Fri"ends', "Fä"]],
  ['[[<<"a">>],[[<<>>]|[<<"b">>]]]', ["a", "", "b"]],
  ["[1,2]", ["1", "2"]],
  ['[{jid,<<"romeo">>,<<"Montague.test">>,<<>>,<<"romeo">>,<<"montague.test">>,<<>>}]', ["romeo@Montague.test"]],
  ['{jid,<<>>,<<"m.test">>,<<"r">>,<<>>,<<"m.test">>,<<"r">>}', ["m.test/r"]],
  ["{a,<<1>>}", "no form has a value for it"],
  ['#{<<"a">> => [1], b => #{}}', "no form has a value for it"],
  ["<<228>>", "bytes that are no UTF-8"],
  ['<<"abc"', "no Erlang term"],
  ['<<"abc', "ends too early"],
  ["[a,b", "no Erlang term"],
  ["[a|b]", "no Erlang term"],
  ["a b", "more than one Erlang term"],
  ["#Ref<0.1>", "no Erlang term"],
  ["<<1:3>>", "no Erlang term"],
  ["", "no Erlang term"],
];

/** Reads the values of every option in one run. */
function valuesOf(stored: readonly string[]): (string[] | string)[] {
  return nodeRoot().python(`
from account.node_options import option_values
def values_of(stored):
    try:
        return option_values(stored)
    except ValueError as error:
        return str(error)
print(json.dumps([values_of(each) for each in json.loads(${JSON.stringify(JSON.stringify(stored))})]))`) as (
    string[] | string
  )[];
}

describe("option_values", () => {
  it("reads each term as Erlang does, and refuses what no form has a value for", () => {
    const stored = terms.map(([term]) => term);
    const expected = terms.map(([, values]) =>
      typeof values === "string" ? (expect.stringContaining(values) as string) : values,
    );
    const found = valuesOf(stored);
    expect(stored.map((term, index) => [term, found[index]])).toEqual(
      stored.map((term, index) => [term, expected[index]]),
    );
  });
});
