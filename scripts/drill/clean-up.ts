/** Remembers how to undo what was made, so that it is undone whatever happens. */
export interface CleanUp {
  /** Remembers one thing; `what` is how it reads after "could not remove". */
  add(what: string, work: () => Promise<unknown>): void;
  /**
   * Undoes all, the newest first, and each even though another could not be. Throws one Error that names those. Nothing is
   * undone twice.
   */
  finish(): Promise<void>;
}

export function createCleanUp(): CleanUp {
  const tasks: { what: string; work: () => Promise<unknown> }[] = [];
  return {
    add: (what, work) => void tasks.push({ what, work }),
    finish: async () => {
      const problems: string[] = [];
      for (let task = tasks.pop(); task !== undefined; task = tasks.pop()) {
        try {
          await task.work();
        } catch (error) {
          problems.push(`could not remove ${task.what}: ${error instanceof Error ? error.message : String(error)}`);
        }
      }
      if (problems.length > 0) throw new Error(problems.join("\n"));
    },
  };
}
