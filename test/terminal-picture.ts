import { readFileSync } from "node:fs";
import process from "node:process";

/**
 * Draws a terminal with what a command printed as an SVG, for docs/pictures: the command is the first argument, its output
 * comes on standard input. 80 columns fit.
 */
function main(): void {
  const command = process.argv[2] ?? "";
  const output = readFileSync(0, "utf8").trimEnd().split("\n");
  process.stdout.write(picture([`$ ${command}`, ...output]));
}

const [columnPx, linePx, marginPx] = [7.8, 18, 14];
const columns = 80;
const marks: Readonly<Record<string, string>> = { "✓": "#7ee787", "✗": "#ff7b72", "–": "#8b949e", $: "#8b949e" };

function picture(lines: readonly string[]): string {
  const width = Math.ceil(columns * columnPx + 2 * marginPx);
  const height = lines.length * linePx + 2 * marginPx;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">`,
    `<rect width="100%" height="100%" rx="8" fill="#0d1117"/>`,
    `<g font-family="ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="13" fill="#e6edf3">`,
    ...lines.map((line, index) => drawn(line, marginPx + (index + 0.75) * linePx)),
    "</g>",
    "</svg>",
    "",
  ].join("\n");
}

/** Each line is as long as its columns, in whatever font. */
function drawn(line: string, y: number): string {
  if (line === "") return "";
  const length = (line.length * columnPx).toFixed(1);
  const text = escaped(line).replace(/[✓✗–]|^\$/, (mark) => `<tspan fill="${marks[mark] ?? ""}">${mark}</tspan>`);
  return `<text x="${marginPx}" y="${y}" textLength="${length}" lengthAdjust="spacingAndGlyphs" xml:space="preserve">${text}</text>`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

main();
