import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import { type NamedStack, pulumiCommandLine } from "../../host/terminal/advice.ts";
import { stackNameProblem } from "../model/vendor-names.ts";
import { alarmSecretProblems } from "./alarm-problems.ts";
import { type AlarmWays, alarmWays } from "./alarm-ways.ts";
import { settingsNamespace } from "./names.ts";
import { operatorNetworkProblems } from "./operator-networks.ts";
import { problemWords } from "./problem-words.ts";
import { contradictions } from "./rules.ts";
import { runningStack } from "./running-stack.ts";
import { settingsSchema, type PlainSettings } from "./schema.ts";
import {
  bucketKeyProblems,
  isEmpty,
  keyPairProblems,
  optionalSecretProblems,
  type RawConfig,
  secretProblems,
  settingsMaker,
} from "./secret-problems.ts";
import { forEachStackSecret, type BucketSecretName, type StackSecretName } from "./secrets.ts";
import { unknownSettings } from "./unknown-settings.ts";
import { bucketMakerProblems, vendorKeyProblems } from "./vendor-keys.ts";

/** Settings of a stack, plain and secret, checked. */
export interface Settings extends Readonly<Omit<PlainSettings, "alarms">> {
  /** Ways by which somebody is alarmed; none in a drill. */
  readonly alarms: AlarmWays;
  /** Address of the dead man's switch, without a slug; undefined where none is set. Secret. */
  readonly deadManSwitch: pulumi.Output<string> | undefined;
  /** Secret outputs, by name of the setting. */
  readonly secrets: Readonly<Record<StackSecretName, pulumi.Output<string>>>;
  /** Key pair for `backupBucket`, where one is named. */
  readonly bucketKey: S3Key | undefined;
  /** Address of Spaces with `{{.Region}}` for the region, where `digitalocean:spacesEndpoint` sets one. */
  readonly spacesEndpoint: string | undefined;
  /** Base address of the DNS provider's API where `cloudflare:baseUrl` sets one. */
  readonly cloudflareApiUrl: string | undefined;
}

/** Key pair for S3: two secret outputs. */
export interface S3Key {
  readonly accessKey: pulumi.Output<string>;
  readonly secretKey: pulumi.Output<string>;
}

/**
 * Reads the settings of the stack that runs. Throws one `RunError` that names everything that is wrong, a line each:
 * `imera:domain: reason`.
 */
export function readSettings(raw: RawConfig = engineConfig()): Settings {
  const own = Object.fromEntries(
    Object.entries(raw.values)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, value]) => [name.slice(prefix.length), value]),
  );
  const { settings, values, problems } = parsePlain(own, raw);
  problems.unshift(...stackProblems(raw), ...unknownSettings(Object.keys(raw.values)));
  problems.push(...secretProblems(own, raw), ...keyPairProblems(own), ...bucketKeyProblems(own, raw));
  problems.push(...optionalSecretProblems(own, raw), ...alarmSecretProblems(own, raw));
  problems.push(...operatorNetworkProblems(values.sshNetworks, raw), ...vendorKeyProblems(raw));
  const cannotMakeBucket = bucketMakerProblems(raw);
  // So that a preview of a pull request needs no key that opens all backups.
  if (pulumi.runtime.isDryRun()) for (const problem of cannotMakeBucket) void pulumi.log.warn(problem);
  else problems.push(...cannotMakeBucket);
  if (settings === undefined || problems.length > 0) throw new pulumi.RunError(report(problems));
  return Object.freeze({
    ...settings,
    alarms: alarmWays(settings.purpose === "drill" ? [] : settings.alarms),
    deadManSwitch: isEmpty(own["deadManSwitch"]) ? undefined : pulumi.secret(own["deadManSwitch"]),
    secrets: forEachStackSecret((name) => pulumi.secret(withLastLineBreak(own[name] ?? ""))),
    bucketKey: settings.backupBucket === "" ? undefined : bucketKey(own),
    spacesEndpoint: raw.values["digitalocean:spacesEndpoint"],
    cloudflareApiUrl: raw.values["cloudflare:baseUrl"],
  });
}

const prefix = `${settingsNamespace}:`;

function engineConfig(): RawConfig {
  const secretNames: unknown = JSON.parse(process.env["PULUMI_CONFIG_SECRET_KEYS"] ?? "[]");
  return {
    ...runningStack(),
    values: pulumi.runtime.allConfig(),
    secretNames: new Set(Array.isArray(secretNames) ? secretNames.map(String) : []),
  };
}

function stackProblems(stack: NamedStack): string[] {
  const problem = stackNameProblem(stack.stack);
  return problem === undefined
    ? []
    : [`${stack.stack}: ${problem}. Give it one: ${pulumiCommandLine(stack, "stack", "rename", "NAME")}`];
}

/** Parses each setting on its own, so that one that is wrong hides no other and no contradiction between others. */
function parsePlain(own: Readonly<Record<string, string>>, stack: NamedStack) {
  const values: Record<string, unknown> & Partial<PlainSettings> = {};
  const problems: string[] = [];
  for (const [key, schema] of Object.entries(settingsSchema.shape)) {
    const parsed = schema.safeParse(own[key]);
    if (parsed.success) {
      values[key] = parsed.data;
    } else if (own[key] === undefined || own[key] === "") {
      problems.push(`${prefix}${key}: ${missing(key, stack)}`);
    } else {
      const { example } = schema.meta() ?? {};
      const words = (issue: z.core.$ZodIssue) =>
        `${prefix}${key}${indexes(issue.path)}: ${problemWords(issue, example)}`;
      problems.push(...parsed.error.issues.map(words));
    }
  }
  problems.push(...contradictions(values, stack).map(({ key, reason }) => `${prefix}${key}: ${reason}`));
  const settings = settingsSchema.safeParse(values);
  return { settings: settings.success ? settings.data : undefined, values, problems };
}

/** OpenSSH takes no private key without the line break that `config set` drops from what it reads. */
function withLastLineBreak(secret: string): string {
  return secret.endsWith("PRIVATE KEY-----") ? `${secret}\n` : secret;
}

function indexes(path: readonly PropertyKey[]): string {
  return path.map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`)).join("");
}

function missing(key: string, stack: NamedStack): string {
  return key.endsWith("PublicKey") ? `not set; ${settingsMaker(stack)} makes it` : "not set, and it has no default";
}

function bucketKey(own: Readonly<Record<string, string>>): S3Key {
  const secret = (name: BucketSecretName) => pulumi.secret(own[name] ?? "");
  return { accessKey: secret("backupAccessKey"), secretKey: secret("backupSecretKey") };
}

function report(problems: readonly string[]): string {
  return ["the stack's configuration cannot be used:", ...problems.map((problem) => `  ${problem}`)].join("\n");
}
