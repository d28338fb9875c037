import { createHash, createHmac, pbkdf2, pbkdf2Sync, randomBytes } from "node:crypto";
import { promisify } from "node:util";

/** Proof of a password that is not the password (RFC 5802). Keys and salt are base64. */
export interface ScramCredential {
  readonly hash: ScramHash;
  readonly storedKey: string;
  readonly serverKey: string;
  readonly salt: string;
  readonly iterations: number;
}

/** Hash of a SCRAM mechanism. */
export type ScramHash = "sha1" | "sha256" | "sha512";

/** The hashes that ejabberd is told to keep. */
export const scramHashes: readonly ScramHash[] = ["sha1", "sha256", "sha512"];

/**
 * Computes the credentials of a password for each hash. A salt of the same hash in `salts` (base64) is used again, so that the
 * same password gives the same credentials.
 */
export async function scramCredentials(
  password: string,
  salts: Readonly<Partial<Record<ScramHash, string>>> = {},
): Promise<ScramCredential[]> {
  return Promise.all(
    scramHashes.map(async (hash) => {
      const salt = Buffer.from(salts[hash] ?? randomBytes(16).toString("base64"), "base64");
      const salted = await derive(password, salt, iterations, digestBytes(hash), hash);
      return { hash, ...keysOf(salted, hash), salt: salt.toString("base64"), iterations };
    }),
  );
}

const derive = promisify(pbkdf2);
/** RFC 7677 and ejabberd's own number. */
const iterations = 4096;

/** Says whether a password gives this credential. */
export function provesPassword(credential: ScramCredential, password: string): boolean {
  const { hash, salt } = credential;
  const salted = pbkdf2Sync(password, Buffer.from(salt, "base64"), credential.iterations, digestBytes(hash), hash);
  return keysOf(salted, hash).storedKey === credential.storedKey;
}

/** Says whether keys and salt have the form that a login needs. */
export function isWhole(credential: ScramCredential): boolean {
  const bytes = digestBytes(credential.hash);
  const sized = [credential.storedKey, credential.serverKey].every(
    (key) => isBase64(key) && Buffer.from(key, "base64").length === bytes,
  );
  return (
    sized &&
    isBase64(credential.salt) &&
    credential.salt !== "" &&
    credential.iterations >= 1 &&
    credential.iterations <= 10_000_000
  );
}

function isBase64(text: string): boolean {
  return /^[A-Za-z0-9+/]*={0,2}$/.test(text) && text.length % 4 === 0;
}

function keysOf(salted: Buffer, hash: ScramHash): { storedKey: string; serverKey: string } {
  const keyFor = (what: string) => createHmac(hash, salted).update(what).digest();
  return {
    storedKey: createHash(hash).update(keyFor("Client Key")).digest("base64"),
    serverKey: keyFor("Server Key").toString("base64"),
  };
}

function digestBytes(hash: ScramHash): number {
  return { sha1: 20, sha256: 32, sha512: 64 }[hash];
}
