import type { RunResult } from "./phase.ts";

/** Most lines that are shown of one failure. */
const linesShown = 6;
/** Most failures that are shown, so that the end of a run fits on a screen or two. */
const failuresShown = 20;

const title = "What failed:";
const bullet = "✗ ";

/**
 * Repeats at the end of a run what failed in it, because the lines of its phases are long gone by then: under a title each
 * failure with its phase and the first lines of what it said. Empty where nothing failed.
 */
export function describeFailures({ phases }: Pick<RunResult, "phases">): string[] {
  const failures = phases.flatMap(({ name, tally }) => (tally.failures ?? []).map((failure) => `${name}: ${failure}`));
  if (failures.length === 0) return [];
  const more = failures.length - failuresShown;
  return [
    title,
    ...failures.slice(0, failuresShown).flatMap((failure) => {
      const [first = "", ...rest] = failure.split("\n").filter((line) => line.trim() !== "");
      return [`  ${bullet}${first}`, ...rest.slice(0, linesShown - 1).map((line) => `      ${line.trim()}`)];
    }),
    ...(more > 0 ? [`  ${bullet}and ${more} more, above`] : []),
  ];
}

/** Reads the failures out of the lines of a run within this one, as {@link describeFailures} wrote them; its phase stays in front. */
export function parseFailures(lines: readonly string[]): string[] {
  const from = lines.lastIndexOf(title);
  if (from === -1) return [];
  const end = lines.findIndex((line, at) => at > from && !line.startsWith("  "));
  const block = lines.slice(from + 1, end === -1 ? undefined : end).map((line) => line.trim());
  return block
    .join("\n")
    .split(bullet)
    .slice(1)
    .map((failure) => failure.trimEnd());
}
