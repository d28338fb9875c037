import type { Properties, Value } from "../protocol/index.ts";

/** Renames a value's keys to the API's, at every depth: `matchingType` becomes `matching_type`. */
export function snakeKeys(value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return renamed(value, (key) => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)) as Record<
    string,
    unknown
  >;
}

/** Renames a value's keys to Pulumi's and leaves out nulls, at every depth: `name_servers` becomes `nameServers`. */
export function camelKeys(value: object): Record<string, Value> {
  // What comes from JSON, and goes through here, is a Value.
  return renamed(value, (key) => key.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()), true) as Record<
    string,
    Value
  >;
}

/** Outputs without nulls: what the API did not say, the official plugin leaves out of the state. */
export function stated<T extends object>(outs: T): T {
  return Object.fromEntries(Object.entries(outs).filter(([, value]) => value !== null)) as T;
}

/**
 * Makes the state after a create or update: inputs as the program gave them, and from the API's answer outputs, and computed
 * properties that the program left out. The rest of the answer comes in at the next refresh, as with the official plugin.
 */
export function afterChange<O extends object>(properties: Properties, answered: O, inputs: object): O {
  const own = Object.entries(answered).filter(([key]) => {
    const { output, computed } = properties[key] ?? {};
    return output === true || computed === true;
  });
  return { ...Object.fromEntries(own), ...inputs } as O;
}

function renamed(value: unknown, rename: (key: string) => string, dropNulls = false): unknown {
  if (Array.isArray(value)) return value.map((item) => renamed(item, rename, dropNulls));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, item]) => !dropNulls || item !== null);
  return Object.fromEntries(entries.map(([key, item]) => [rename(key), renamed(item, rename, dropNulls)]));
}
