import type { z } from "zod";

/**
 * Says what was expected of a setting in words that one can act on, where the library's own speak of its types. `example` is a
 * value that the setting takes; what the schema says by itself stays.
 */
export function problemWords(issue: z.core.$ZodIssue, example: unknown): string {
  if (!librarysOwn.test(issue.message)) return issue.message;
  switch (issue.code) {
    case "invalid_type":
      return expected(kinds[issue.expected] ?? issue.expected, issue, example);
    case "too_small":
      return isNumber(issue.origin)
        ? `expected ${issue.minimum} or more`
        : `expected at least ${issue.minimum} of these`;
    case "too_big":
      return isNumber(issue.origin)
        ? `expected ${issue.maximum} or less`
        : `expected at most ${issue.maximum} of these`;
    default:
      return issue.message;
  }
}

const librarysOwn = /^(Invalid input|Too small|Too big)/;
const kinds: Readonly<Record<string, string>> = {
  array: "a list",
  boolean: "true or false",
  int: "a whole number",
  number: "a whole number",
  object: "an object",
  string: "a text",
};

/** The example is one of the whole setting: it says nothing of a part. */
function expected(kind: string, { path }: z.core.$ZodIssue, example: unknown): string {
  const isWhole = path.length === 0 && example !== undefined && kind !== kinds["boolean"];
  return `expected ${kind}${isWhole ? `, such as ${JSON.stringify(example)}` : ""}`;
}

function isNumber(origin: string): boolean {
  return origin === "int" || origin === "number";
}
