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
 * cannot have been made with the key: other than hexadecimal, a broken block, half a character, a control character.
 */
export function decryptPassword(encrypted: string, key: BlowfishKey): string | undefined {
  const bytes = Buffer.from(encrypted, "hex");
  if (bytes.length * 2 !== encrypted.length || bytes.length < blockBytes || bytes.length % blockBytes !== 0) {
    return undefined;
  }
  if (bytes.length === blockBytes) return "";
  // The padding of Openfire's own: a last byte of 0 or more than 8 means that there is none.
  const cipher = new Blowfish(key, Blowfish.MODE.CBC, Blowfish.PADDING.PKCS5);
  cipher.setIv(bytes.subarray(0, blockBytes));
  const text = Buffer.from(cipher.decode(bytes.subarray(blockBytes), Blowfish.TYPE.UINT8_ARRAY));
  if (text.length % 2 !== 0) return undefined;
  const password = text.swap16().toString("utf16le");
  return password.isWellFormed() && !unprintable.test(password) ? password : undefined;
}

const blockBytes = 8;
// A wrong key gives random characters: one in thirty of them is one of these.
const unprintable = /[\p{Cc}\p{Cn}\p{Co}]/u;
