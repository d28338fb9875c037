import { explain } from "../../host/terminal/explain.ts";

/** Has `cleanUp` do `work` when it is disposed of. An error of `work` then says that it could not remove `what`. */
export function removeAtEnd(cleanUp: AsyncDisposableStack, what: string, work: () => Promise<unknown>): void {
  cleanUp.defer(async () => {
    try {
      await work();
    } catch (error) {
      throw new Error(`could not remove ${what}: ${explain(error)}`, { cause: error });
    }
  });
}
