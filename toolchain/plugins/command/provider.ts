import { versions } from "../../versions.ts";
import type { ProviderDefinition } from "../protocol/index.ts";
import type { LogLine } from "./engine-log.ts";
import { remoteCommand } from "./remote-command.ts";

/**
 * The stand-in of the `command` plugin: `remote.Command` alone. Its other resources are refused, as are the properties that
 * the program does not use.
 */
export function commandProvider(log: LogLine): ProviderDefinition<LogLine> {
  return {
    name: "command",
    version: versions.plugins.command,
    config: {},
    configure: () => log,
    resources: [remoteCommand],
    functions: [],
    idInState: false,
    readsAfterFailedUpdate: false,
    detailedDiff: true,
  };
}
