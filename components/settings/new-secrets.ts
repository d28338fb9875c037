import { randomInt } from "node:crypto";
import type { SecretName } from "./schema.ts";
import { generateOpenSshKeyPair } from "../../host/openssh-key.ts";

/** All that a stack needs and nobody has to think up. */
export interface StackSecrets {
  /** Settings that stand encrypted in the stack's file, by name without `imera:`. */
  readonly secret: Readonly<Record<SecretName, string>>;
  /** Settings that belong to them and may be read. */
  readonly plain: Readonly<Record<"provisioningPublicKey" | "firstContactPublicKey", string>>;
}

/** Makes new ones. Passwords are letters and digits, so that no file format on a node has to quote them. */
export function generateStackSecrets(): StackSecrets {
  const provisioning = generateOpenSshKeyPair("imera-provisioning");
  const firstContact = generateOpenSshKeyPair("imera-first-contact");
  return {
    secret: {
      provisioningPrivateKey: provisioning.privateKey,
      firstContactPrivateKey: firstContact.privateKey,
      databasePassword: password(40),
      erlangCookie: password(40),
      adminPassword: password(20),
      turnSecret: password(40),
      backupPassphrase: password(40),
      canaryPassword: password(40),
    },
    plain: {
      provisioningPublicKey: provisioning.publicKey,
      firstContactPublicKey: firstContact.publicKey,
    },
  };
}

// Without 0/O and 1/l/I, which people mix up: the administrator types one of these.
const alphabet = "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/** Each character carries 5.8 bits. */
function password(length: number): string {
  return Array.from({ length }, () => alphabet.charAt(randomInt(alphabet.length))).join("");
}
