import { createHash, pbkdf2Sync } from "node:crypto";
import { Blowfish } from "egoroof-blowfish";

/** Key that Openfire encrypts passwords with, derived from the property `passwordKey`. */
export type BlowfishKey = Uint8Array;

/**
 * Gives the keys that a password may be encrypted with: the one of all versions, and of 5.1 and later the one that `security`, the text of
 * conf/security.xml, has a salt for. A database may hold passwords of both.
 */
export function passwordKeys(passwordKey: string, security: string | undefined): BlowfishKey[] {
  const first = createHash("sha1").update(passwordKey, "utf8").digest();
  const [, salt] = /<blowfish>[^]*?<salt>\s*([A-Za-z0-9+/=]+)\s*<\/salt>/.exec(security ?? "") ?? [];
  if (salt === undefined) return [first];
  return [first, pbkdf2Sync(passwordKey, Buffer.from(salt, "base64"), 100_000, 32, "sha512")];
}

/**
 * Decrypts a password of `ofUser.encryptedPassword`: hexadecimal of 8 bytes of IV and Blowfish-CBC of UTF-16BE. Undefined for what
 * cannot have been made with the key: other than hexadecimal, a broken block, other padding than Openfire's, half a character, a control
 * character.
 */
export function decryptPassword(encrypted: string, key: BlowfishKey): string | undefined {
  const bytes = Buffer.from(encrypted, "hex");
  if (bytes.length * 2 !== encrypted.length || bytes.length < blockBytes || bytes.length % blockBytes !== 0) {
    return undefined;
  }
  if (bytes.length === blockBytes) return "";
  const text = withoutPadding(decrypt(bytes, key));
  if (text === undefined) return undefined;
  const password = text.swap16().toString("utf16le");
  return password.isWellFormed() && !control.test(password) ? password : undefined;
}

/** Decrypts all but the first block, which is the IV. */
function decrypt(bytes: Buffer, key: BlowfishKey): Buffer {
  // By PKCS5 the library takes the padding off without a look at it; this form it leaves in place.
  const cipher = new Blowfish(key, Blowfish.MODE.CBC, Blowfish.PADDING.ONE_AND_ZEROS);
  cipher.setIv(bytes.subarray(0, blockBytes));
  return Buffer.from(cipher.decode(bytes.subarray(blockBytes), Blowfish.TYPE.UINT8_ARRAY));
}

/**
 * Takes the padding off: its last bytes are all their own number, which is even, as characters have two. Undefined where they are not:
 * of a hundred thousand texts that a wrong key gives, one or two have that by chance.
 */
function withoutPadding(text: Buffer): Buffer | undefined {
  const length = text.at(-1) ?? 0;
  const padding = text.subarray(-length);
  const isPadded = text.length % blockBytes === 0 && [2, 4, 6, 8].includes(length);
  return isPadded && padding.every((byte) => byte === length) ? text.subarray(0, -length) : undefined;
}

const blockBytes = 8;
const control = /\p{Cc}/u;
