import { compareProperty } from "./diff.ts";
import { type AnyProperty, type Properties, isInput } from "./property.ts";
import { type Bag, type Value, isBag, isEmpty, isList, sorted } from "./value.ts";

/**
 * Makes the inputs that a refresh found: those of the last run, drifted ones replaced by the state's, and sets of texts or
 * numbers in the state's order. Without inputs of a last run (an import), all that the state holds.
 */
export function inputsFromState(properties: Properties, oldInputs: Bag, state: Bag): Bag {
  const imported = Object.keys(oldInputs).length === 0;
  const inputs: Record<string, Value> = imported ? {} : { ...oldInputs };
  for (const [key, property] of Object.entries(properties)) {
    if (!isInput(property)) continue;
    const found = state[key];
    const before = oldInputs[key];
    if (imported && !isEmpty(found) && found !== undefined) inputs[key] = withoutEmpty(property, found);
    // A text that the program gives as empty stays, whatever the API makes of it.
    if (imported || before === undefined || before === "" || found === undefined) continue;
    if (compareProperty(property, key, found, before).size === 0) inputs[key] = inStateOrder(property, before);
    else if (found === null) Reflect.deleteProperty(inputs, key);
    else inputs[key] = withoutEmpty(property, found, before);
  }
  return inputs;
}

/** Sorts sets of texts and numbers, at any depth. */
function inStateOrder(property: AnyProperty, value: Value): Value {
  const { kind, fields = {}, element } = property.shape;
  if (isBag(value)) {
    const entries = Object.entries(value).map(([key, item]): [string, Value] => {
      const field = fields[key] ?? element;
      return [key, field === undefined ? item : inStateOrder(field, item)];
    });
    return Object.fromEntries(entries);
  }
  if (!isList(value) || element === undefined) return value;
  const items = value.map((item) => inStateOrder(element, item));
  return kind === "set" && items.every(isScalar) ? sorted(items) : items;
}

function isScalar(value: Value): value is string | number {
  return typeof value === "string" || typeof value === "number";
}

/** Takes out empty members, with which the API fills in what a program would not write: those that `before` has stay. */
function withoutEmpty(property: AnyProperty, value: Value, before?: Value): Value {
  const { kind, fields, element } = property.shape;
  if (isList(value)) {
    if (element === undefined) return value;
    const matching = (index: number) => (kind === "list" && isList(before) ? before[index] : undefined);
    return value.map((item, index) => withoutEmpty(element, item, matching(index)));
  }
  if (!isBag(value) || fields === undefined) return value;
  const given = isBag(before) ? before : {};
  const kept = Object.entries(value).filter(
    ([key, item]) => (fields[key] === undefined || isInput(fields[key])) && (!isEmpty(item) || key in given),
  );
  return Object.fromEntries(
    kept.map(([key, item]) => [key, fields[key] === undefined ? item : withoutEmpty(fields[key], item, given[key])]),
  );
}
