import * as pulumi from "@pulumi/pulumi";
import { type AlarmWay, secretFields } from "./alarm-schema.ts";

/** Ways by which somebody is alarmed, and their secrets apart. */
export interface AlarmWays {
  /** Fields of each way that everybody may see, `name` and `type` among them. */
  readonly ways: readonly Readonly<Record<string, unknown>>[];
  /** Secret fields of each way, by its name. Secret. */
  readonly secrets: pulumi.Output<Readonly<Record<string, Readonly<Record<string, unknown>>>>>;
}

/** Parts the ways of a stack from their secrets. */
export function alarmWays(ways: readonly AlarmWay[]): AlarmWays {
  const isSecret = ({ type }: AlarmWay, field: string) => secretFields[type].some((secret) => secret === field);
  const pick = (way: AlarmWay, secret: boolean) =>
    Object.fromEntries(Object.entries(way).filter(([field]) => isSecret(way, field) === secret));
  return {
    ways: ways.map((way) => pick(way, false)),
    secrets: pulumi.secret(Object.fromEntries(ways.map((way) => [way.name, pick(way, true)]))),
  };
}
