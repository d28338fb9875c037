import { publicHalfOf } from "../../host/openssh-key.ts";
import { localCommandLine, type NamedStack, pulumiCommandLine, shellWord } from "../../host/terminal/advice.ts";
import {
  bucketSecretNames,
  hasForm,
  type KeyPairRecipe,
  optionalSecretNames,
  secrets,
  stackSecretNames,
  type Secret,
  type SecretName,
} from "./secrets.ts";

/** Configuration of a stack as the engine hands it over. */
export interface RawConfig extends NamedStack {
  /** Settings as text, by full name such as `imera:domain`. */
  readonly values: Readonly<Record<string, string>>;
  /** Full names of the settings that stand encrypted in the stack's file. */
  readonly secretNames: ReadonlySet<string>;
}

/** Settings of the project as text, by name without `imera:`. */
export type OwnValues = Readonly<Record<string, string>>;

/**
 * Problems with the secrets that every stack has: missing, in plain text, or of the wrong form, a line each. `own` is by name
 * without `imera:`. No line shows a secret.
 */
export function secretProblems(own: OwnValues, config: RawConfig): string[] {
  return stackSecretNames.flatMap((name) => {
    const value = own[name];
    return isEmpty(value) ? [`imera:${name}: not set; ${howToMake(name, config)}`] : valueProblems(name, value, config);
  });
}

/** Problems with the secrets that may be left out: in plain text, or of the wrong form, a line each. No line shows a secret. */
export function optionalSecretProblems(own: OwnValues, config: RawConfig): string[] {
  return optionalSecretNames.flatMap((name) => {
    const value = own[name];
    return isEmpty(value) ? [] : valueProblems(name, value, config);
  });
}

/**
 * Problems with backupAccessKey and backupSecretKey, a line each: required when backupBucket is set, refused otherwise. No line
 * shows a secret.
 */
export function bucketKeyProblems(own: OwnValues, config: RawConfig): string[] {
  const hasBucket = !isEmpty(own["backupBucket"]);
  return bucketSecretNames.flatMap((name) => {
    const value = own[name];
    if (isEmpty(value)) {
      return hasBucket
        ? [`imera:${name}: not set; backupBucket needs its key pair: ${setSecret(`imera:${name}`, config)}`]
        : [];
    }
    return hasBucket ? valueProblems(name, value, config) : [`imera:${name}: has no effect without backupBucket`];
  });
}

/**
 * Problems with the pairs of SSH keys, a line each: a private half that does not belong to the public one locks the program out of
 * a node that has the public one. No line shows a secret.
 */
export function keyPairProblems(own: OwnValues): string[] {
  return stackSecretNames.flatMap((name) => {
    const recipe = keyPairOf(secrets[name]);
    if (recipe === undefined) return [];
    const [value, line] = [own[name], own[recipe.publicKey]];
    if (isEmpty(value) || isEmpty(line) || !hasForm(secrets[name], value)) return [];
    const publicHalf = publicHalfOf(value);
    if (publicHalf === undefined) {
      return [`imera:${name}: expected ${secrets[name].form}, whole and without a passphrase`];
    }
    return publicHalf === line.split(" ", 2).join(" ")
      ? []
      : [
          `imera:${name}: is not the private half of ${recipe.publicKey}, so it would open no node. Set both halves of one pair`,
        ];
  });
}

function keyPairOf({ recipe }: Secret): KeyPairRecipe | undefined {
  return recipe !== undefined && "publicKey" in recipe ? recipe : undefined;
}

function valueProblems(name: SecretName, value: string, config: RawConfig): string[] {
  if (!config.secretNames.has(`imera:${name}`)) {
    return [`imera:${name}: stands in plain text; set another value with ${setSecret(`imera:${name}`, config)}`];
  }
  return hasForm(secrets[name], value) ? [] : [`imera:${name}: expected ${secrets[name].form}`];
}

/** A random one can also be added by hand to a stack that is older than the setting. */
function howToMake(name: SecretName, config: RawConfig): string {
  const { recipe }: Secret = secrets[name];
  const made = `${settingsMaker(config)} makes it`;
  return recipe !== undefined && "characters" in recipe
    ? `${made}; for a stack that exists: openssl rand -hex 20 | ${setSecret(`imera:${name}`, config)}`
    : made;
}

/** Writes the command line that makes the settings which nobody has to think up. */
export function settingsMaker({ stack, runNumber }: NamedStack): string {
  return runNumber === undefined ? `npm run stack -- new ${shellWord(stack)}` : localCommandLine(runNumber, "up");
}

/** Writes the command line that sets a secret of the stack. */
export function setSecret(name: string, stack: NamedStack): string {
  return pulumiCommandLine(stack, "config", "set", "--secret", name);
}

/** Tells whether a setting or a variable has no value: it is not there, or an empty text. */
export function isEmpty(value: string | undefined): value is undefined | "" {
  return value === undefined || value === "";
}
