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

/** Names with what is said of them, one a line, indented like a table. */
export function factList(facts: readonly (readonly [name: string, text: string])[]): string {
  const width = Math.max(0, ...facts.map(([name]) => name.length));
  return facts
    .map(([name, text]) => `  ${name.padEnd(width)}  ${text.replaceAll("\n", `\n${" ".repeat(width + 4)}`)}`)
    .join("\n");
}
