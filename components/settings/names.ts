/** Namespace of this project's settings in a stack's file: `imera:domain`. */
export const settingsNamespace = "imera";

/** Gives the full name of a setting, `imera:region` for `region`; a name with a namespace stays as it is. */
export function fullName(name: string): string {
  return name.includes(":") ? name : `${settingsNamespace}:${name}`;
}

/** Copies settings under their full names. */
export function withFullNames<Value>(settings: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(settings).map(([name, value]) => [fullName(name), value]));
}
