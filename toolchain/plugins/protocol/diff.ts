import { isDefaulted } from "./check.ts";
import { type AnyProperty, type Properties, isInput } from "./property.ts";
import { type Bag, UNKNOWN, type Value, canonical, hasUnknown, isBag, isEmpty, isEqual, isList } from "./value.ts";

/** Kind of a difference: a value that comes, changes or goes. Names of `PropertyDiff.Kind` in `pulumi/provider.proto`. */
export type DiffKind = "ADD" | "UPDATE" | "DELETE";

/** Differences between a resource's state and its new inputs. */
export interface Difference {
  /** Differences by path (`tags[1]`, `alerts.emails`), in the order of the property table. */
  readonly detailed: ReadonlyMap<string, { readonly kind: DiffKind; readonly replaces: boolean }>;
  /** Names of changed properties. */
  readonly changed: ReadonlySet<string>;
  /** Names of changed properties that replace the resource. */
  readonly replaces: readonly string[];
}

/** Compares checked inputs with the state, as the official plugins do, not with the inputs of the last run. */
export function difference(properties: Properties, state: Bag, inputs: Bag): Difference {
  const detailed = new Map<string, { kind: DiffKind; replaces: boolean }>();
  const changed = new Set<string>();
  const replaces: string[] = [];
  for (const [key, property] of Object.entries(properties)) {
    if (!isInput(property)) continue;
    const found = compareProperty(property, key, state[key], inputs[key]);
    if (found.size === 0) continue;
    changed.add(key);
    const kind = found.get(key);
    const replacing = property.replaces === true || (property.replaces === "added" && kind === "ADD");
    if (replacing) replaces.push(key);
    for (const [path, each] of found) detailed.set(path, { kind: each, replaces: replacing });
  }
  return { detailed, changed, replaces };
}

/**
 * Tells whether a replacement must delete the old resource first: a name that the program gave is in use until the old
 * resource is gone.
 */
export function deletesFirst(properties: Properties, inputs: Bag): boolean {
  return Object.entries(properties).some(([key, property]) => property.autoname === true && !isDefaulted(inputs, key));
}

/** Kinds of a property's differences, by path. */
export type Found = Map<string, DiffKind>;

/** Compares one property of the state with the checked input for it. `path` is its name, and the beginning of all paths. */
export function compareProperty(
  property: AnyProperty,
  path: string,
  state: Value | undefined,
  input: Value | undefined,
): Found {
  if (input === undefined || input === null) {
    return new Map(property.computed === true || isEmpty(state) ? [] : [[path, "DELETE"]]);
  }
  const wanted = property.inState === undefined || hasUnknown(input) ? input : property.inState(input);
  const found: Found = new Map();
  const isSame = !isNothing(state ?? undefined) && !hasUnknown(wanted) && property.isSame?.(state, wanted) === true;
  if (!isSame) compare(property, path, state ?? undefined, wanted, found);
  return found;
}

function compare(property: AnyProperty, path: string, state: Value | undefined, input: Value, found: Found): void {
  const { kind } = property.shape;
  if (isEqual(state, input)) return;
  if (isNothing(state) && (isNothing(input) || input === "")) return;
  if (isNothing(state)) found.set(path, "ADD");
  else if (input === UNKNOWN || property.secret === true) found.set(path, "UPDATE");
  else if (isNothing(input)) found.set(path, "DELETE");
  else if (kind === "set" && isList(state) && isList(input)) compareSets(path, state, input, found);
  else if (kind === "list" && isList(state) && isList(input)) compareLists(property, path, state, input, found);
  else if (kind === "map" && isBag(state) && isBag(input)) compareMaps(property, path, state, input, found);
  else if (kind === "object" && isBag(state) && isBag(input)) compareObjects(property, path, state, input, found);
  else found.set(path, "UPDATE");
}

/** Tells whether a value is absent, null, or an empty list or object, as opposed to 0, false and "", which a state holds as values. */
function isNothing(value: Value | undefined): boolean {
  return value === undefined || value === null || ((isList(value) || isBag(value)) && isEmpty(value));
}

function compareLists(
  property: AnyProperty,
  path: string,
  state: readonly Value[],
  input: readonly Value[],
  found: Found,
): void {
  const { element } = property.shape;
  const isScalar = element?.shape.kind === "text" || element?.shape.kind === "number";
  const areKnown = [...state, ...input].every((item) => typeof item === "string" || typeof item === "number");
  // Recorded of lists inside of objects only; of others each place is told.
  if (isScalar && areKnown && path.includes(".") && hasSameItems(state, input)) {
    compareOrder(path, state, input, found);
    return;
  }
  for (let index = 0; index < Math.max(state.length, input.length); index++) {
    const at = `${path}[${index}]`;
    const wanted = input[index];
    if (wanted === undefined) found.set(at, "DELETE");
    else if (element !== undefined) compare(element, at, state[index], wanted, found);
  }
}

function hasSameItems(state: readonly Value[], input: readonly Value[]): boolean {
  return canonical([...state].sort(), true) === canonical([...input].sort(), true);
}

/** Items that are all there, in another order: each that has left its place is told as gone from it and come to another. */
function compareOrder(path: string, state: readonly Value[], input: readonly Value[], found: Found): void {
  let next = 0;
  const stayed = new Set<Value>();
  for (const item of input) {
    const at = state.indexOf(item, next);
    if (at === -1) continue;
    stayed.add(item);
    next = at + 1;
  }
  state.forEach((item, index) => {
    if (!stayed.has(item)) found.set(`${path}[${index}]`, "DELETE");
  });
  input.forEach((item, index) => {
    if (!stayed.has(item)) found.set(`${path}[${index}]`, "ADD");
  });
}

/** Gone items are named by their place in the state, new ones by their place in the inputs. */
function compareSets(path: string, state: readonly Value[], input: readonly Value[], found: Found): void {
  const before = state.map((item) => canonical(item, true));
  const after = input.map((item) => canonical(item, true));
  before.forEach((item, index) => {
    if (!after.includes(item)) found.set(`${path}[${index}]`, "DELETE");
  });
  after.forEach((item, index) => {
    const at = `${path}[${index}]`;
    if (!before.includes(item)) found.set(at, found.has(at) ? "UPDATE" : "ADD");
  });
}

function compareMaps(property: AnyProperty, path: string, state: Bag, input: Bag, found: Found): void {
  const { element } = property.shape;
  for (const key of new Set([...Object.keys(state), ...Object.keys(input)])) {
    const wanted = input[key];
    if (wanted === undefined) found.set(`${path}.${key}`, "DELETE");
    else if (element !== undefined) compare(element, `${path}.${key}`, state[key], wanted, found);
  }
}

function compareObjects(property: AnyProperty, path: string, state: Bag, input: Bag, found: Found): void {
  for (const [key, field] of Object.entries(property.shape.fields ?? {})) {
    if (!isInput(field)) continue;
    for (const [at, kind] of compareProperty(field, `${path}.${key}`, state[key], input[key])) found.set(at, kind);
  }
}
