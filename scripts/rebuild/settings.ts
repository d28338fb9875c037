import { restoreTime } from "../restore/restore-time.ts";
import { type StackAccess, stackAccess } from "../network/stack-access.ts";
import { copyConfig } from "./config-copy.ts";

/** Options of the command that are settings of the program. */
export interface SettingsOptions {
  /** Slug of the region to build in; undefined: the one in the settings. */
  readonly region?: string;
  /** RFC 3339 time in UTC that a restore stops at, or `newest`. */
  readonly to?: string;
}

/** Settings of one rebuild. They are in a copy of the stack's file until they are kept; disposing removes the copy. */
export interface ChosenSettings extends AsyncDisposable {
  readonly region: string;
  /** RFC 3339 time that a restore stops at; undefined: the newest state is restored. */
  readonly time: string | undefined;
  /** Stack whose settings are those of the copy. */
  readonly access: StackAccess;
  /** Moves the copy into the place of the stack's file. Resolves to the stack with its own file again. */
  keep(): Promise<StackAccess>;
}

/**
 * Writes `--region` and `--to` into a copy of the stack's settings. Rejects where the settings name a time and `--to` does not:
 * an earlier rebuild did not come to its end, and going on without saying so could lose days.
 */
export async function chooseSettings(access: StackAccess, options: SettingsOptions): Promise<ChosenSettings> {
  const time = options.to === undefined || options.to === "newest" ? undefined : restoreTime(options.to);
  const timeBefore = await timeInSettings(access);
  if (timeBefore !== undefined && options.to === undefined) {
    throw new Error(
      `The settings say that a restore stops at ${timeBefore} (imera:recoveryTime): an earlier rebuild did not come to ` +
        `its end. Nothing was changed. To go on with it: --to ${timeBefore}; for the newest state: --to newest.`,
    );
  }
  const regionBefore = await access.required("imera:region");
  const region = options.region ?? regionBefore;
  await using cleanUp = new AsyncDisposableStack();
  const copy = cleanUp.use(await copyConfig(access.configFile, access.workFolder));
  const changed = stackAccess({ ...access, configFile: copy.file });
  if (region !== regionBefore) await changed.set("imera:region", region);
  if (time !== timeBefore) await changed.set("imera:recoveryTime", time);
  const keep = async () => {
    await copy.moveIntoPlace();
    return stackAccess(access);
  };
  const disposal = cleanUp.move();
  return { region, time, access: changed, keep, [Symbol.asyncDispose]: () => disposal.disposeAsync() };
}

/** Takes the point in time out of the stack's settings: the next restore is of the newest state again. */
export async function forgetTime(access: StackAccess): Promise<void> {
  await access.set("imera:recoveryTime", undefined);
}

/** Empty is the same as none. */
async function timeInSettings(access: StackAccess): Promise<string | undefined> {
  const time = await access.setting("imera:recoveryTime");
  return time === "" ? undefined : time;
}
