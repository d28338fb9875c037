import type { NamedStack } from "../../host/terminal/advice.ts";
import type { PlainSettings } from "./schema.ts";

/** Combination of settings that cannot work, though each could by itself. */
export interface Contradiction {
  /** The setting to change. */
  readonly key: keyof PlainSettings;
  readonly reason: string;
}

/** Judge of some settings: each contradiction among them. `settings` may lack some, `stack` is the one that runs. */
export type Rule = (settings: Partial<PlainSettings>, stack: NamedStack) => readonly Contradiction[];

/** Makes a rule of a check that is left out unless all settings that it `needs` are there. */
export function rule<Key extends keyof PlainSettings>(
  needs: readonly Key[],
  check: (settings: Pick<PlainSettings, Key>, stack: NamedStack) => Contradiction | undefined,
): Rule {
  return (settings, stack) => {
    if (!hasAll(settings, needs)) return [];
    const contradiction = check(settings, stack);
    return contradiction === undefined ? [] : [contradiction];
  };
}

function hasAll<Key extends keyof PlainSettings>(
  settings: Partial<PlainSettings>,
  keys: readonly Key[],
): settings is Partial<PlainSettings> & Pick<PlainSettings, Key> {
  return keys.every((key) => settings[key] !== undefined);
}
