import { pulumiCommandLine } from "../../host/terminal/advice.ts";
import { secretFields } from "./alarm-schema.ts";
import type { OwnValues, RawConfig } from "./secret-problems.ts";
import { watchShape } from "./watch-schema.ts";

/**
 * Problems with the secrets among the fields of `alarms` and `vendorAlerts`, a line each: they stand in plain text. The engine tells
 * of a whole setting only whether something in it is encrypted. `own` is by name without `imera:`. No line shows a secret.
 */
export function alarmSecretProblems(own: OwnValues, config: RawConfig): string[] {
  const problems: string[] = [];
  const alarms = watchShape.alarms.safeParse(own["alarms"]).data ?? [];
  const vendorAlerts = watchShape.vendorAlerts.safeParse(own["vendorAlerts"]).data ?? "";
  if (alarms.length > 0 && !config.secretNames.has("imera:alarms")) {
    const paths = alarms.flatMap((way, index) =>
      secretFields[way.type].flatMap((field) => valuePaths(`imera:alarms[${index}].${field}`, Reflect.get(way, field))),
    );
    problems.push(inPlainText("imera:alarms", paths, config));
  }
  if (vendorAlerts !== "" && vendorAlerts.slack !== undefined && !config.secretNames.has("imera:vendorAlerts")) {
    problems.push(inPlainText("imera:vendorAlerts", ["imera:vendorAlerts.slack.url"], config));
  }
  return problems;
}

/** Lists the paths of a secret's texts, by which each can be set: its own, those of its entries, or none where it has no value. */
function valuePaths(path: string, value: unknown): string[] {
  if (typeof value !== "object") return value === undefined ? [] : [path];
  return Object.entries(value ?? {}).flatMap(([name, entry]) => valuePaths(`${path}.${name}`, entry));
}

function inPlainText(setting: string, paths: readonly string[], config: RawConfig): string {
  const [first = ""] = paths;
  return (
    `${setting}: has secrets in plain text (${paths.join(", ")}); take others and encrypt each: ` +
    pulumiCommandLine(config, "config", "set", "--path", "--secret", first)
  );
}
