import { randomInt } from "node:crypto";
import { forEachStackSecret, secrets, type KeyPairRecipe, type StackSecretName } from "./secrets.ts";
import { generateOpenSshKeyPair } from "../../host/openssh-key.ts";

/** Settings that a stack needs and nobody has to think up. */
export interface StackSecrets {
  /** Values to encrypt in the stack's file, by name without `imera:`. */
  readonly secret: Readonly<Record<StackSecretName, string>>;
  /** Public halves of the key pairs, by name without `imera:`. */
  readonly plain: Readonly<Record<KeyPairRecipe["publicKey"], string>>;
}

/** Makes a new value for each secret that every stack has, by its recipe. */
export function generateStackSecrets(): StackSecrets {
  const plain = { provisioningPublicKey: "", firstContactPublicKey: "" };
  const secret = forEachStackSecret((name) => {
    const { recipe } = secrets[name];
    if ("characters" in recipe) return randomCharacters(recipe.characters);
    const pair = generateOpenSshKeyPair(recipe.comment);
    plain[recipe.publicKey] = pair.publicKey;
    return pair.privateKey;
  });
  return { secret, plain };
}

// Letters and digits, so that nothing has to quote them. Without 0/O and 1/l/I, which people mix up: the administrator types one.
const alphabet = "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/** Draws letters and digits that people do not mix up; each carries 5.8 bits. */
export function randomCharacters(length: number): string {
  return Array.from({ length }, () => alphabet.charAt(randomInt(alphabet.length))).join("");
}
