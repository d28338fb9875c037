import { join } from "node:path";
import { type RecordedCase, readRecording } from "../../toolchain/plugins/protocol/contract/recording.ts";
import { repositoryRoot } from "../runner/repository.ts";

/** Something that the engine had a plugin do. */
export interface PluginOperation {
  /** The engine's word: `create`, `create-replacement`, `update`, `delete`, … */
  readonly operation: string;
  /** For example `digitalocean:index/droplet:Droplet`. */
  readonly type: string;
}

/**
 * Seconds that the official plugins wait, whatever the cloud does, when they do the same: polls that come no sooner. Each
 * operation counts with the longest wait that was recorded for it, one after the other; the engine lets some overlap.
 */
export function officialWaitSeconds(
  operations: readonly PluginOperation[],
  cases: readonly RecordedCase[] = recordedCases(),
): number {
  return operations
    .map(({ operation, type }) =>
      longestWait(
        operation,
        cases.filter((each) => each.type === type),
      ),
    )
    .reduce((sum, wait) => sum + wait, 0);
}

function longestWait(operation: string, cases: readonly RecordedCase[]): number {
  return Math.max(0, ...cases.flatMap((each) => waits(operation, each)).map((wait) => wait ?? 0));
}

function waits(operation: string, { create, diffs = {}, delete: deletion }: RecordedCase): (number | undefined)[] {
  switch (operation) {
    case "create":
    case "create-replacement":
      return [create?.seconds];
    case "update":
      return Object.values(diffs).map(({ update }) => update?.seconds);
    case "delete":
    case "delete-replaced":
      return [deletion?.seconds];
    default:
      return [];
  }
}

function recordedCases(): RecordedCase[] {
  return ["cloudflare", "command", "digitalocean"].flatMap((plugin) =>
    Object.values(readRecording(join(repositoryRoot, "test/contracts/plugins", `${plugin}.json`)).cases),
  );
}
