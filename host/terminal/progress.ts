import process from "node:process";

/**
 * Runner of one step of a longer work: shows the step on one line with its time, resolves to what `work` resolves to,
 * and rejects as it rejects. `report` shows a detail of the step under way.
 */
export type Step = <T>(title: string, work: (report: (detail: string) => void) => Promise<T>) => Promise<T>;

/**
 * Makes a runner of steps that shows them, by default on standard error. On a terminal the line of the step under way
 * is overwritten; elsewhere each line is written once, with details as lines of their own, one in five seconds at most.
 */
export function showSteps(output: Output = process.stderr): Step {
  const isTerminal = output.isTTY === true;
  const draw = (text: string) => output.write(isTerminal ? `\r\u001b[2K${oneLine(text, output.columns)}` : `${text}\n`);
  return async (title, work) => {
    const start = performance.now();
    const seconds = () => `${((performance.now() - start) / 1000).toFixed(1)} s`;
    let quietUntil = -Infinity;
    const report = (detail: string) => {
      if (!isTerminal && performance.now() < quietUntil) return;
      quietUntil = performance.now() + detailIntervalMs;
      draw(`  … ${title}: ${detail}`);
    };
    if (isTerminal) draw(`  … ${title}`);
    try {
      const value = await work(report);
      draw(`  ✓ ${title} (${seconds()})`);
      return value;
    } catch (error) {
      draw(`  ✗ ${title} (${seconds()})`);
      throw error;
    } finally {
      if (isTerminal) output.write("\n");
    }
  };
}

/** A line that the terminal would wrap leaves a part behind when it is overwritten. */
function oneLine(text: string, columns = 80): string {
  const characters = Array.from(text.replaceAll(/\s*\n\s*/g, " "));
  return characters.length < columns ? characters.join("") : `${characters.slice(0, columns - 2).join("")}…`;
}

const detailIntervalMs = 5000;

/** Place that steps are shown at: a stream, or an object that takes text instead. */
export interface Output {
  readonly isTTY?: boolean;
  /** Width of the terminal. Default: 80. */
  readonly columns?: number;
  write(text: string): void;
}
