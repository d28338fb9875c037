import { existsSync, readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { randomCharacters } from "../../components/settings/new-secrets.ts";

/** Means by which the secrets of a stack are encrypted. */
export type SecretsKey =
  | { readonly kind: "backend" }
  /** Passphrase in the environment. */
  | { readonly kind: "passphrase" }
  /** Passphrase made for the stack, in a file. */
  | { readonly kind: "passphrase file"; readonly file: string }
  /** Key management service, by the address that Pulumi takes, such as `awskms://alias/imera`. */
  | { readonly kind: "service"; readonly url: string };

/** Finds the passphrase that the environment names, as Pulumi reads it. Undefined where there is none. */
export function passphraseOf(environment: Readonly<Record<string, string | undefined>>): string | undefined {
  const { PULUMI_CONFIG_PASSPHRASE: direct, PULUMI_CONFIG_PASSPHRASE_FILE: file } = environment;
  if (direct !== undefined) return direct;
  if (file === undefined || file === "") return undefined;
  if (!existsSync(file)) throw new Error(`PULUMI_CONFIG_PASSPHRASE_FILE names ${file}, which is not there.`);
  return readFileSync(file, "utf8").trim();
}

/** Throws where a passphrase keeps nobody out; warns by `warn` of one that can be found by trying. */
export function judgePassphrase(passphrase: string, warn: (line: string) => void): void {
  if (passphrase === "") {
    throw new Error(
      "The passphrase of the environment is empty: whoever has the stack's file would have its secrets. Take a generated one: " +
        "unset PULUMI_CONFIG_PASSPHRASE PULUMI_CONFIG_PASSPHRASE_FILE, and run this again. Nothing was changed.",
    );
  }
  if (passphrase.length >= shortestGood) return;
  warn(
    `The passphrase has ${passphrase.length} characters. Whoever gets the stack's file or its state can try passphrases on it, ` +
      "without a limit. Better let one be generated: unset PULUMI_CONFIG_PASSPHRASE PULUMI_CONFIG_PASSPHRASE_FILE",
  );
}

const shortestGood = 16;

/** Says what to do where there is no passphrase and nobody to ask. */
export function noPassphrase(proposedFile: string): Error {
  return new Error(
    "There is nothing to encrypt the stack's secrets with. Nothing was changed. Choose one, and run this again:\n" +
      `  --generate-passphrase ${proposedFile}\n` +
      "                                      a new one of 28 letters and digits, into a file that only you can read\n" +
      "  export PULUMI_CONFIG_PASSPHRASE_FILE=FILE   one of your own\n" +
      "  --secrets-provider awskms://…       a key management service, with which there is no passphrase (Pulumi's addresses:\n" +
      "                                      awskms, azurekeyvault, gcpkms, hashivault)",
  );
}

/** Writes a new passphrase into a file of mode 0600, and makes its folder. One that is there stays, and is taken. */
export async function generatePassphrase(file: string): Promise<void> {
  if (existsSync(file) && readFileSync(file, "utf8").trim() !== "") return;
  if (existsSync(file)) {
    throw new Error(
      `${file} is there, and empty: no passphrase is in it. Remove it, or name another. Nothing was changed.`,
    );
  }
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const groups = Array.from({ length: 7 }, () => randomCharacters(4));
  await writeFile(file, `${groups.join("-")}\n`, { mode: 0o600, flag: "wx" });
}
