/** Writes one line of progress. */
export type Report = (line: string) => void;

/** Lines that belong together. */
export interface LineGroup {
  readonly report: Report;
  /** Says that no further line comes. */
  end(): void;
}

/**
 * Opens groups whose lines are never mixed: `write` gets the lines of the group opened first as they come, and those of each
 * later group once all earlier groups have ended.
 */
export function groupedLines(write: Report): () => LineGroup {
  const groups: { readonly lines: string[]; ended: boolean }[] = [];
  const flush = (): void => {
    for (let first = groups[0]; first !== undefined; first = groups[0]) {
      for (const line of first.lines.splice(0)) write(line);
      if (!first.ended) return;
      groups.shift();
    }
  };
  return () => {
    const group = { lines: [] as string[], ended: false };
    groups.push(group);
    return {
      report: (line) => {
        group.lines.push(line);
        flush();
      },
      end: () => {
        group.ended = true;
        flush();
      },
    };
  };
}
