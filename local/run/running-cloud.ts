import type { Incus } from "../incus/client.ts";
import type { DaemonSettings } from "./daemon-settings.ts";
import type { Run } from "./run.ts";

/** A local cloud that runs, with the engine of its machines and the settings of its daemon. */
export interface RunningCloud {
  readonly run: Run;
  readonly incus: Incus;
  readonly settings: DaemonSettings;
}
