import { restoreTime } from "../restore/restore-time.ts";
import type { StackAccess } from "../network/stack-access.ts";
import type { RebuildOptions } from "./work.ts";

/** Settings that hold for this rebuild. */
export interface ChosenSettings {
  readonly region: string;
  /** Where a restore stops; undefined: nowhere. */
  readonly time: string | undefined;
  /** Puts the settings back as they were before. */
  readonly undo: () => Promise<void>;
}

/**
 * Writes `--region` and `--to` into the stack's settings, where the program reads them. A time that is there already is of a
 * rebuild that did not come to its end: going on without saying so could lose days, so the operator has to say it again, or
 * `--to newest`.
 */
export async function chooseSettings(access: StackAccess, options: RebuildOptions): Promise<ChosenSettings> {
  const before = { region: await access.secret("imera:region"), recoveryTime: await timeInSettings(access) };
  if (before.recoveryTime !== undefined && options.to === undefined) {
    throw new Error(
      `The settings say that a restore stops at ${before.recoveryTime} (imera:recoveryTime): an earlier rebuild did not come to ` +
        `its end. Nothing was changed. To go on with it: --to ${before.recoveryTime}; for the newest state: --to newest.`,
    );
  }
  const wanted = {
    region: options.region ?? before.region,
    recoveryTime: options.to === undefined || options.to === "newest" ? undefined : restoreTime(options.to),
  };
  await write(access, before, wanted);
  return { region: wanted.region, time: wanted.recoveryTime, undo: () => write(access, wanted, before) };
}

/** The time that a restore stops at; empty is the same as none. */
export async function timeInSettings(access: StackAccess): Promise<string | undefined> {
  const time = await access.setting("imera:recoveryTime");
  return time === "" ? undefined : time;
}

interface Values {
  readonly region: string;
  readonly recoveryTime: string | undefined;
}

async function write(access: StackAccess, now: Values, wanted: Values): Promise<void> {
  if (now.region !== wanted.region) await access.set("imera:region", wanted.region);
  if (now.recoveryTime !== wanted.recoveryTime) await access.set("imera:recoveryTime", wanted.recoveryTime);
}
