import type { Asset, Value } from "./value.ts";

/** Type of a property's value, as data. */
export interface Shape<T> {
  readonly kind: "text" | "number" | "flag" | "list" | "set" | "map" | "object" | "asset" | "any";
  /** Property of each item of a list or set, or of each value of a map. */
  readonly element?: AnyProperty;
  /** Property table of an object. */
  readonly fields?: Properties;
  /** Never set: carries the TypeScript type. */
  readonly type?: T;
}

/**
 * Judge of one value: a sentence that says what is wrong with it, undefined when it is good. `path` is where Terraform has the
 * value, `inbound_rule.0.protocol` for instance: the official plugins say it in their own sentences.
 */
export type Rule<T> = (value: T, path: string) => string | undefined;

/** Options of one property in a property table: who sets it, and what a change of it means. Each is off when left out. */
export interface PropertyOptions<T> {
  /** Check fails without it. */
  readonly required?: true;
  /** The API makes it; a program cannot set it. */
  readonly output?: true;
  /** The official plugin takes it as an input; here it is refused, and only in the state. */
  readonly unsupported?: true;
  /** The API fills it in when the program leaves it out, so leaving it out is no change. */
  readonly computed?: true;
  /** Check fills it in. */
  readonly default?: T;
  /** Check makes `name-` and 7 hex digits of the resource's name when the program leaves it out. */
  readonly autoname?: true;
  /** A change replaces the resource; `"added"`: only going from nothing to something does. */
  readonly replaces?: true | "added";
  /** Marked as a secret in checked inputs and in the state, whatever the program says. */
  readonly secret?: true;
  /** An output that an update may change: a preview of an update shows it as unknown. */
  readonly volatile?: true;
  /** Told by Check, of a value that is known. Default: all values are good. */
  rule?(value: T, path: string): string | undefined;
  /** Terraform's name of the property where that is not Pulumi's in snake case: `inbound_rule` of `inboundRules`. */
  readonly terraformName?: string;
  /** Tells that a state's value and an input, which are not equal, mean the same, so that there is no change. */
  isSame?(state: T, input: T): boolean;
  /** Converts an input to the form in which the state holds it (a hash, say). Default: unchanged. */
  inState?(value: T): Value;
}

/** One row of a property table. Made by {@link text}, {@link number}, {@link flag} and so on. */
export type Property<T, O extends PropertyOptions<T> = PropertyOptions<T>> = O & { readonly shape: Shape<T> };

/** Any row, its type forgotten. */
export type AnyProperty = PropertyOptions<unknown> & { readonly shape: Shape<unknown> };

/** A property table: Pulumi's names and what is behind each. */
export type Properties = Readonly<Record<string, AnyProperty>>;

type TypeOf<P> = P extends { readonly shape: Shape<infer T> } ? T : never;
type Given = { readonly required: true } | { readonly autoname: true } | { readonly default: unknown };
type FromApi = { readonly output: true } | { readonly unsupported: true };
type OutputKeys<P> = { [K in keyof P]: P[K] extends FromApi ? K : never }[keyof P];
type GivenKeys<P> = { [K in keyof P]: P[K] extends Given ? K : never }[keyof P];
type Flat<T> = { [K in keyof T]: T[K] };

/** Checked inputs: required, named and defaulted properties are there, the others may be. */
export type InputsOf<P extends Properties> = Flat<
  { readonly [K in Exclude<GivenKeys<P>, OutputKeys<P>>]: TypeOf<P[K]> } & {
    readonly [K in Exclude<keyof P, GivenKeys<P> | OutputKeys<P>>]?: TypeOf<P[K]>;
  }
>;

/** Properties that a call hands back for the state. Every output must be named; `null` is kept as null, `undefined` is left out. */
export type OutsOf<P extends Properties> = Flat<
  { readonly [K in OutputKeys<P>]: Held<TypeOf<P[K]>> | null } & {
    readonly [K in Exclude<keyof P, OutputKeys<P>>]?: Held<TypeOf<P[K]>> | null | undefined;
  }
>;

/** Form of a value in the state: inside an item of a list, null stands for what is not set. */
type Held<T> = T extends readonly (infer Item extends object)[] ? readonly WithNulls<Item>[] : T;
type WithNulls<T> = { readonly [K in keyof T]: T[K] | null };

/** Properties that an earlier run left in the state. Each may be missing; an import starts with none. */
export type StateOf<P extends Properties> = { readonly [K in keyof P]?: TypeOf<P[K]> | null };

// Not Record<never, never>, which lets any option through.
type NoOptions = object;

/** Makes a property whose values are strings. */
export function text<const O extends PropertyOptions<string> = NoOptions>(options?: O): Property<string, O> {
  return property({ kind: "text" }, options);
}

/** Makes a property whose values are numbers. A string of digits is taken, too, as the official plugins do: ids of droplets are strings in Pulumi. */
export function number<const O extends PropertyOptions<number> = NoOptions>(options?: O): Property<number, O> {
  return property({ kind: "number" }, options);
}

/** Makes a property whose values are booleans. */
export function flag<const O extends PropertyOptions<boolean> = NoOptions>(options?: O): Property<boolean, O> {
  return property({ kind: "flag" }, options);
}

/** Makes a property whose values are lists: the order of items counts. */
export function list<E extends AnyProperty, const O extends PropertyOptions<readonly TypeOf<E>[]> = NoOptions>(
  element: E,
  options?: O,
): Property<readonly TypeOf<E>[], O> {
  return property({ kind: "list", element }, options);
}

/** Makes a property whose values are sets: the order of items does not count, and they are told apart by their content. */
export function set<E extends AnyProperty, const O extends PropertyOptions<readonly TypeOf<E>[]> = NoOptions>(
  element: E,
  options?: O,
): Property<readonly TypeOf<E>[], O> {
  return property({ kind: "set", element }, options);
}

/** Makes a property whose values are maps: values under keys of the program's choice. */
export function map<
  E extends AnyProperty,
  const O extends PropertyOptions<Readonly<Record<string, TypeOf<E>>>> = NoOptions,
>(element: E, options?: O): Property<Readonly<Record<string, TypeOf<E>>>, O> {
  return property({ kind: "map", element }, options);
}

/** Makes a property whose values are objects with a property table of their own. An unknown key in one is refused like one at the top. */
export function object<F extends Properties, const O extends PropertyOptions<InputsOf<F>> = NoOptions>(
  fields: F,
  options?: O,
): Property<InputsOf<F>, O> {
  return property({ kind: "object", fields }, options);
}

/** Makes a property whose values are Pulumi assets (`new pulumi.asset.StringAsset(…)`). */
export function asset<const O extends PropertyOptions<Asset> = NoOptions>(options?: O): Property<Asset, O> {
  return property({ kind: "asset" }, options);
}

/** Makes a property that takes any Pulumi value. */
export function anything<const O extends PropertyOptions<Value> = NoOptions>(options?: O): Property<Value, O> {
  return property({ kind: "any" }, options);
}

function property<T, O extends PropertyOptions<T>>(shape: Shape<T>, options: O | undefined): Property<T, O> {
  return { ...(options ?? ({} as O)), shape };
}

/** Tells whether a program may set the property. */
export function isInput(property: AnyProperty): boolean {
  return property.output !== true && property.unsupported !== true;
}
