import process from "node:process";

/** Does one step of a longer work and shows it on one line with its time. Answers what the work answers. */
export type Step = <T>(title: string, work: (report: (detail: string) => void) => Promise<T>) => Promise<T>;

/**
 * Steps on standard error. On a terminal the line of the step under way is overwritten; elsewhere each line is written once,
 * with the details as lines of their own.
 */
export function showSteps(output: NodeJS.WriteStream = process.stderr): Step {
  const isTerminal = output.isTTY;
  const draw = (text: string) => output.write(isTerminal ? `\r\u001b[2K${text}` : `${text}\n`);
  return async (title, work) => {
    const start = performance.now();
    const seconds = () => `${((performance.now() - start) / 1000).toFixed(1)} s`;
    if (isTerminal) draw(`  … ${title}`);
    try {
      const value = await work((detail) => draw(`  … ${title}: ${detail}`));
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
