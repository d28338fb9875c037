/** How a program that writes SQL escapes what is in quotes. */
export type Escapes = "hsqldb" | "backslash" | "none";

/** Value of a column as a dump has it: text (also numbers), or null. */
export type SqlValue = string | null;

/** Rows of one INSERT as far as the text has them. */
export interface ParsedRows {
  readonly rows: readonly (readonly SqlValue[])[];
  /** Position behind the last row. */
  readonly end: number;
}

/** Text that is no list of SQL values. */
export class NotSql extends Error {}

/** Reads `(…),(…)` from `position` on. Throws {@link NotSql}. */
export function parseRows(text: string, position: number, escapes: Escapes): ParsedRows {
  const rows: SqlValue[][] = [];
  let at = position;
  for (;;) {
    const { values, end } = parseRow(text, at, escapes);
    rows.push(values);
    at = skipBlanks(text, end);
    if (text[at] !== ",") return { rows, end: at };
    const next = skipBlanks(text, at + 1);
    if (text[next] !== "(") return { rows, end: next };
    at = next;
  }
}

/** Reads one `(value, value, …)`. Throws {@link NotSql}. */
export function parseRow(text: string, position: number, escapes: Escapes): { values: SqlValue[]; end: number } {
  const values: SqlValue[] = [];
  let at = skipBlanks(text, position);
  if (text[at] !== "(") throw new NotSql("a row does not begin with (");
  do {
    const { value, end } = parseValue(text, skipBlanks(text, at + 1), escapes);
    values.push(value);
    at = skipBlanks(text, end);
  } while (text[at] === ",");
  if (text[at] !== ")") throw new NotSql("a row does not end with )");
  return { values, end: at + 1 };
}

/** Reads a quoted text, a number, or a word such as NULL. Throws {@link NotSql}. */
export function parseValue(text: string, position: number, escapes: Escapes): { value: SqlValue; end: number } {
  introducer.lastIndex = position;
  const start = introducer.test(text) ? introducer.lastIndex : position;
  if (text[start] === "'") return parseQuoted(text, start, escapes);
  bareWord.lastIndex = start;
  const word = bareWord.exec(text)?.[0];
  if (word === undefined) throw new NotSql("a value is missing or is none");
  const end = start + word.length;
  if (/^null$/i.test(word)) return { value: null, end };
  if (/^0x/i.test(word)) return { value: Buffer.from(word.slice(2), "hex").toString("utf8"), end };
  return { value: booleans[word.toLowerCase()] ?? word, end };
}

const introducer = /(?:_binary|_utf8mb4|_utf8|[EN])\s*(?=')/giy;
const bareWord = /[-+.\w]+/y;
const booleans: Readonly<Record<string, string>> = { true: "1", false: "0" };

function parseQuoted(text: string, start: number, escapes: Escapes): { value: string; end: number } {
  const close = closingQuote(text, start, escapes);
  const inner = text.slice(start + 1, close);
  return { value: unescaped(inner, escapes), end: close + 1 };
}

/** Finds the quote that ends the text that begins with the one at `start`. */
function closingQuote(text: string, start: number, escapes: Escapes): number {
  let at = start + 1;
  for (;;) {
    const quote = text.indexOf("'", at);
    if (quote === -1) throw new NotSql("a text in quotes has no end");
    if (escapes === "backslash" && isEscaped(text, start, quote)) at = quote + 1;
    else if (text[quote + 1] === "'") at = quote + 2;
    else return quote;
  }
}

/** Whether an odd number of backslashes stands before `quote`, none of them before `start`. */
function isEscaped(text: string, start: number, quote: number): boolean {
  let first = quote;
  while (first - 1 > start && text[first - 1] === "\\") first--;
  return (quote - first) % 2 === 1;
}

function unescaped(inner: string, escapes: Escapes): string {
  if (escapes === "backslash") {
    return inner.replaceAll(/''|\\([^])/g, (found, sign: string | undefined) =>
      sign === undefined ? "'" : (backslashed[sign] ?? (found === "''" ? "'" : sign)),
    );
  }
  const single = inner.replaceAll("''", "'");
  if (escapes === "none" || !single.includes("\\u")) return single;
  return single.replaceAll(/\\u([0-9a-fA-F]{4})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}

const backslashed: Readonly<Record<string, string>> = {
  "0": "\0",
  b: "\b",
  n: "\n",
  r: "\r",
  t: "\t",
  Z: "\u001a",
  "%": "\\%",
  _: "\\_",
};

function skipBlanks(text: string, position: number): number {
  let at = position;
  while (text[at] === " " || text[at] === "\t" || text[at] === "\n" || text[at] === "\r") at++;
  return at;
}
