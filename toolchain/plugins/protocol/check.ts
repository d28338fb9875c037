import { createHash } from "node:crypto";
import type { AnyProperty, Properties } from "./property.ts";
import type { CheckFailure } from "./resource.ts";
import { Asset, type Bag, UNKNOWN, type Value, isBag, isList } from "./value.ts";

/** The key under which checked inputs list the properties that Check filled in. The engine hides it. */
const DEFAULTS = "__defaults";

/** Ingredients of a name that Check makes for a resource whose program gives none (autonaming). */
export interface Naming {
  /** The resource's name in the program. */
  readonly name: string;
  /** Seed of the name's random part, from the engine: equal in a preview and its update. */
  readonly seed: Uint8Array;
  /** Name that the stack's own naming configuration proposes, used in place of one of ours. */
  readonly proposed?: string;
  /** True: the stack's naming configuration forbids autonaming, so the program must give a name. */
  readonly disabled?: boolean;
}

/** Result of Check. */
export interface Checked {
  /** Inputs with defaults and names filled in; {@link DEFAULTS} lists the keys that were. */
  readonly inputs: Bag;
  /** Empty when the inputs are good. */
  readonly failures: readonly CheckFailure[];
}

/**
 * Checks `news` against the table: unknown keys, missing, mistyped and refused values are failures. Fills in defaults and
 * names, keeping the name made before (`olds` are the inputs checked last). `refusal` follows the message about an unknown key.
 */
export function checkInputs(
  properties: Properties,
  news: Bag,
  olds: Bag,
  naming: Naming | undefined,
  refusal: string,
): Checked {
  const context: Context = { failures: [], refusal, resource: naming?.name };
  const given = checkFields(properties, withoutInternal(news), undefined, context);
  const inputs: Record<string, Value> = { ...given };
  const defaults: string[] = [];
  for (const [key, property] of Object.entries(properties)) {
    if (inputs[key] !== undefined) continue;
    const filled = property.default ?? (property.autoname === true ? autoname(key, olds, naming, context) : undefined);
    if (filled === undefined) continue;
    inputs[key] = filled as Value;
    defaults.push(key);
  }
  return { inputs: defaults.length > 0 ? { ...inputs, [DEFAULTS]: defaults } : inputs, failures: context.failures };
}

/** Tells whether the value at `key` was filled in by Check and not given by the program. */
export function isDefaulted(inputs: Bag, key: string): boolean {
  const defaults = inputs[DEFAULTS];
  return isList(defaults) && defaults.includes(key);
}

/** Inputs as the program gave them, without the engine's and our own bookkeeping. */
export function withoutInternal(inputs: Bag): Bag {
  return Object.fromEntries(Object.entries(inputs).filter(([key]) => !key.startsWith("__")));
}

interface Context {
  readonly failures: CheckFailure[];
  readonly refusal: string;
  /** The resource's name in the program; undefined for a function's arguments and a provider's configuration. */
  readonly resource: string | undefined;
}

/** Place of a value: in Pulumi's words (`inboundRules[0].protocol`), in Terraform's, and the input that it is part of. */
interface Place {
  readonly path: string;
  readonly terraform: string;
  readonly input: string;
}

function memberOf(place: Place | undefined, key: string, property: AnyProperty | undefined): Place {
  const terraform = property?.terraformName ?? key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  if (place === undefined) return { path: key, terraform, input: key };
  return { ...place, path: `${place.path}.${key}`, terraform: `${place.terraform}.${terraform}` };
}

function itemOf(place: Place, index: number): Place {
  return { ...place, path: `${place.path}[${index}]`, terraform: `${place.terraform}.${index}` };
}

function autoname(key: string, olds: Bag, naming: Naming | undefined, context: Context): string | undefined {
  if (naming === undefined) return undefined;
  if (naming.disabled === true) {
    context.failures.push({
      property: key,
      reason: `'${key}' is not set, and the stack's configuration forbids made up names`,
    });
    return undefined;
  }
  const before = olds[key];
  if (typeof before === "string" && isDefaulted(olds, key)) return before;
  if (naming.proposed !== undefined) return naming.proposed;
  const random = createHash("sha256").update(naming.seed).update(naming.name).digest("hex").slice(0, 7);
  return `${naming.name}-${random}`;
}

function checkFields(
  fields: Properties,
  values: Bag,
  place: Place | undefined,
  context: Context,
): Record<string, Value> {
  const checked: Record<string, Value> = {};
  for (const [key, value] of Object.entries(values)) {
    const property = Object.hasOwn(fields, key) ? fields[key] : undefined;
    const at = memberOf(place, key, property);
    if (property === undefined || property.unsupported === true) {
      fail(context, at, `is not supported here. ${context.refusal}`);
    } else if (property.output === true) fail(context, at, "is an output and cannot be set");
    else if (value !== null) checked[key] = checkValue(property, value, at, context);
  }
  for (const [key, property] of Object.entries(fields)) {
    if (property.required !== true || checked[key] !== undefined) continue;
    fail(context, memberOf(place, key, property), "is required and missing");
  }
  return checked;
}

function checkValue(property: AnyProperty, value: Value, place: Place, context: Context): Value {
  if (value === UNKNOWN) return value;
  const failuresBefore = context.failures.length;
  const checked = checkShape(property, value, place, context);
  const broken = context.failures.length > failuresBefore ? undefined : property.rule?.(checked, place.terraform);
  if (broken !== undefined) context.failures.push(failureAt(broken, context.resource, place.input));
  return checked;
}

/** Makes a failure as the official plugins tell it: of no property, since the sentence names the resource and its input. */
export function failureAt(broken: string, resource: string | undefined, input: string): CheckFailure {
  return {
    property: "",
    reason: resource === undefined ? broken : `${broken}. Examine values at '${resource}.${input}'.`,
  };
}

function checkShape({ shape }: AnyProperty, value: Value, place: Place, context: Context): Value {
  switch (shape.kind) {
    case "text":
      return checkScalar(asText(value), value, "a string", place, context);
    case "number":
      return checkScalar(asNumber(value), value, "a number", place, context);
    case "flag":
      return checkScalar(asFlag(value), value, "a boolean", place, context);
    case "asset":
      return checkScalar(value instanceof Asset ? value : undefined, value, "an asset", place, context);
    case "list":
    case "set": {
      const items = isList(value) ? value : checkScalar(undefined, value, "a list", place, context);
      const { element } = shape;
      if (!isList(items) || element === undefined) return items;
      return items.map((item, index) => checkValue(element, item, itemOf(place, index), context));
    }
    case "map": {
      if (!isBag(value)) return checkScalar(undefined, value, "an object", place, context);
      const { element } = shape;
      if (element === undefined) return value;
      const entries = Object.entries(value);
      return Object.fromEntries(
        entries.map(([key, item]) => [key, checkValue(element, item, memberOf(place, key, undefined), context)]),
      );
    }
    case "object":
      if (!isBag(value)) return checkScalar(undefined, value, "an object", place, context);
      return checkFields(shape.fields ?? {}, value, place, context);
    case "any":
      return value;
  }
}

function checkScalar(found: Value | undefined, value: Value, expected: string, place: Place, context: Context): Value {
  if (found !== undefined) return found;
  fail(context, place, `must be ${expected}, and is ${isList(value) ? "a list" : typeof value}`);
  return value;
}

// The official plugins read "1" as the number 1, 1 as the string "1", and so on: programs pass a droplet's id, a string, on.
function asText(value: Value): string | undefined {
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return typeof value === "string" ? value : undefined;
}

function asNumber(value: Value): number | undefined {
  if (typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value)) return Number(value);
  return typeof value === "number" ? value : undefined;
}

function asFlag(value: Value): boolean | undefined {
  if (value === "true" || value === "false") return value === "true";
  return typeof value === "boolean" ? value : undefined;
}

function fail(context: Context, { path }: Place, reason: string): void {
  context.failures.push({ property: path, reason: `'${path}' ${reason}` });
}
