/**
 * Columns under headings, as plain text: each column as wide as its widest cell, numbers at their right edge. Two spaces stand
 * before each line and between columns.
 */
export function textTable(headings: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const lines = [headings, ...rows];
  const widths = headings.map((_, column) => Math.max(...lines.map((line) => String(line[column] ?? "").length)));
  const isNumeric = headings.map((_, column) => rows.every((row) => /^\d+(\.\d+)?$/.test(String(row[column]))));
  return lines
    .map((line) => {
      const cells = widths.map((width, column) => {
        const text = String(line[column] ?? "");
        return isNumeric[column] === true && rows.length > 0 ? text.padStart(width) : text.padEnd(width);
      });
      return `  ${cells.join("  ")}`.trimEnd();
    })
    .join("\n");
}

/** Names with what is said of them, one a line, indented like a table. Longer texts are broken, so that 80 columns suffice. */
export function factList(facts: readonly (readonly [name: string, text: string])[]): string {
  const width = Math.max(0, ...facts.map(([name]) => name.length));
  const indent = " ".repeat(width + 4);
  return facts
    .map(([name, text]) => `  ${name.padEnd(width)}  ${wrapped(text, columns - indent.length).join(`\n${indent}`)}`)
    .join("\n");
}

const columns = 80;

/** Breaks text into lines of at most `width` characters, at spaces; a word that is longer than that has a line of its own. */
export function wrapped(text: string, width = columns): string[] {
  return text.split("\n").flatMap((line) => {
    const lines: string[] = [];
    for (const word of line.split(" ")) {
      const last = lines.at(-1);
      if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
      else lines.push(word);
    }
    return lines;
  });
}
