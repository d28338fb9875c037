import type { Struct as StructMessage } from "google-protobuf/google/protobuf/struct_pb.js";
import { Struct } from "./messages.ts";
import type { AnyProperty, Properties } from "./property.ts";
import { Asset, type Bag, UNKNOWN, type Value, isBag, isList } from "./value.ts";

// Pulumi's own marks (sdk/go/common/resource/properties.go, `sig`): an object with the key SIGNATURE is not an object.
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const ASSET = "c44067f5952c0a294b673a41bacd8c17";
const OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
const UNKNOWN_TEXT = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Properties as received: plain values, and the names of those that were secret or held a secret. */
export interface Received {
  readonly values: Bag;
  readonly secrets: ReadonlySet<string>;
}

/** Reads properties from the wire: takes secret marks off and turns signed forms into {@link UNKNOWN} and {@link Asset}. */
export function receive(struct: StructMessage | undefined): Received {
  const secrets = new Set<string>();
  const values: Record<string, Value> = {};
  for (const [key, value] of Object.entries(struct?.toJavaScript() ?? {})) {
    values[key] = decode(value, () => secrets.add(key));
  }
  return { values, secrets };
}

/**
 * Writes properties to the wire. Secret are: those that `properties` says are, at any depth, and those whose name is in
 * `secrets`, because the program or the state had them secret. `undefined` members are left out.
 */
export function send(values: Bag, properties: Properties, secrets: ReadonlySet<string>): StructMessage {
  const fields = Object.entries(values).map(([key, value]): [string, JsonValue] => {
    const property = properties[key];
    const encoded = encode(value, property);
    return [key, secrets.has(key) && property?.secret !== true ? secret(encoded) : encoded];
  });
  return Struct.fromJavaScript(Object.fromEntries(fields));
}

/** Value of JSON, which is what a protobuf Struct holds. */
export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };

function encode(value: Value, property: AnyProperty | undefined): JsonValue {
  const plain = encodePlain(value, property);
  return property?.secret === true ? secret(plain) : plain;
}

function encodePlain(value: Value, property: AnyProperty | undefined): JsonValue {
  if (value === UNKNOWN) return UNKNOWN_TEXT;
  if (value instanceof Asset) return signedAsset(value);
  if (isList(value)) return value.map((item) => encode(item, property?.shape.element));
  if (!isBag(value)) return value;
  const fields = property?.shape.fields;
  const known = Object.entries(value).filter(([, item]: [string, unknown]) => item !== undefined);
  return Object.fromEntries(known.map(([key, item]) => [key, encode(item, fields?.[key] ?? property?.shape.element)]));
}

function secret(value: JsonValue): JsonValue {
  return { [SIGNATURE]: SECRET, value };
}

function signedAsset(value: Asset): JsonValue {
  const { text = "", path = "", uri = "", hash = "" } = value;
  return { [SIGNATURE]: ASSET, text, path, uri, hash };
}

function decode(value: unknown, onSecret: () => void): Value {
  if (value === UNKNOWN_TEXT) return UNKNOWN;
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean" || value === null) {
    return value;
  }
  if (Array.isArray(value)) return value.map((item) => decode(item, onSecret));
  if (typeof value !== "object") {
    throw new Error(`A property value has the type ${typeof value}, which no message has.`);
  }
  return decodeObject({ ...value }, onSecret);
}

function decodeObject(value: Record<string, unknown>, onSecret: () => void): Value {
  const signature = value[SIGNATURE];
  if (signature === undefined) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, decode(item, onSecret)]));
  }
  switch (signature) {
    case SECRET:
      onSecret();
      return decode(value["value"], onSecret);
    case OUTPUT:
      if (value["secret"] === true) onSecret();
      return "value" in value ? decode(value["value"], onSecret) : UNKNOWN;
    case ASSET:
      return new Asset({
        ...stringMember(value, "text"),
        ...stringMember(value, "path"),
        ...stringMember(value, "uri"),
        ...stringMember(value, "hash"),
      });
    default:
      throw new Error(
        `A property value is signed ${JSON.stringify(signature)}: archives and resources are not supported here.`,
      );
  }
}

function stringMember<K extends string>(value: Record<string, unknown>, key: K): Partial<Record<K, string>> {
  const member = value[key];
  const found: Partial<Record<K, string>> = {};
  if (typeof member === "string" && member !== "") found[key] = member;
  return found;
}
