import type { RecordedProperties } from "./recording.ts";

type Json = RecordedProperties[string];

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const ASSET = "c44067f5952c0a294b673a41bacd8c17";

/** Converts values from the recording's form to the wire's. Does not use the plugin's own reader, so that each checks the other. */
export function toSigned(values: RecordedProperties): RecordedProperties {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, sign(value)]));
}

/** Converts values from the wire's signed forms to the recording's. `__` keys, a plugin's own bookkeeping, are left out. */
export function fromSigned(values: Readonly<Record<string, unknown>>): RecordedProperties {
  const kept = Object.entries(values).filter(([key]) => !key.startsWith("__"));
  return Object.fromEntries(kept.map(([key, value]) => [key, unsign(value)]));
}

function sign(value: Json): Json {
  if (Array.isArray(value)) return value.map(sign);
  if (typeof value !== "object" || value === null) return value;
  const { secret, asset, ...rest } = value;
  if (secret !== undefined && Object.keys(rest).length === 0) return { [SIGNATURE]: SECRET, value: sign(secret) };
  if (typeof asset === "object" && asset !== null && !Array.isArray(asset)) return { [SIGNATURE]: ASSET, ...asset };
  return toSigned(value);
}

function unsign(value: unknown): Json {
  if (Array.isArray(value)) return value.map(unsign);
  if (typeof value === "object" && value !== null) return unsignObject({ ...value });
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  return null;
}

function unsignObject(value: Record<string, unknown>): Json {
  const { [SIGNATURE]: signature, ...rest } = value;
  if (signature === SECRET) return { secret: unsign(rest["value"]) };
  if (signature === ASSET) {
    const { text, path, uri } = rest;
    return { asset: fromSigned({ text, path, uri }) };
  }
  return fromSigned(rest);
}
