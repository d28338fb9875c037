import { RunError, log } from "@pulumi/pulumi";
import { isUnreachable, messageOf } from "../../host/error.ts";
import { CloudError } from "./cloud-api.ts";

/**
 * Looks something up at a vendor that a check needs and the program could do without. Resolves to undefined, with a warning that
 * names `what` went unchecked, where the token may not see it, the vendor is busy, or its answer has an unknown form. Rejects
 * with a `RunError` where nothing else would work either: the token is not known, or nobody answers.
 */
export async function lookUp<Found>(what: string, ask: () => Promise<Found>): Promise<Found | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof CloudError && error.status === 401) {
      throw new RunError(`${error.message}\nThe token is not known there: check that it is whole and in force.`);
    }
    // With a TypeError `fetch` says that it cannot even try: an address that is none.
    if (isUnreachable(error) || error instanceof TypeError) {
      throw new RunError(
        `${what}: the vendor's API does not answer: ${reason(error)}\nNothing was made. Check this machine's network, and the ` +
          "API's address if the stack sets one, and try again.",
      );
    }
    await log.warn(`${what}: not checked before anything is made: ${messageOf(error)}${hint(error)}`);
    return undefined;
  }
}

function reason(error: unknown): string {
  return error instanceof Error && error.cause !== undefined ? messageOf(error.cause) : messageOf(error);
}

function hint(error: unknown): string {
  const isForbidden = error instanceof CloudError && error.status === 403;
  return isForbidden ? "\nThe token may not read this; docs/production.md lists what it should be allowed." : "";
}
