/** Namespace of this project's settings in a stack's file: `imera:domain`. */
export const settingsNamespace = "imera";

/** Full name of a setting, `imera:region` for `region`; one that has a namespace already stays as it is. */
export function fullName(name: string): string {
  return name.includes(":") ? name : `${settingsNamespace}:${name}`;
}

/** Copy of the settings under their full names. */
export function withFullNames<Value>(settings: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(settings).map(([name, value]) => [fullName(name), value]));
}
