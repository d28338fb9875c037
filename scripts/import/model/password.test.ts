import { createHash } from "node:crypto";
import { Blowfish } from "egoroof-blowfish";
import { describe, expect, it } from "vitest";
import { decryptPassword, passwordKeys } from "./password.ts";

const [key = Buffer.alloc(0)] = passwordKeys("Xy7KpQ2mN8vB4cD", undefined);

const other = createHash("sha1").update("another key").digest();

/** Encrypts as Openfire does; `index` makes an IV of its own. */
function encrypted(password: string, secret: Uint8Array, index: number): string {
  const iv = createHash("sha1").update(`${index}`).digest().subarray(0, 8);
  const cipher = new Blowfish(secret, Blowfish.MODE.CBC, Blowfish.PADDING.PKCS5);
  cipher.setIv(iv);
  const text = Buffer.from(password, "utf16le").swap16();
  return Buffer.concat([iv, cipher.encode(text)]).toString("hex");
}

describe("an encrypted password", () => {
  it.each([
    ["a7b2091c614c6bde3b5d26c700614df0f579dc453b880757", "secret"],
    ["46b5a64d8ee3772c691f0c2a3bd2f506", "a"],
    ["46b5a64d8ee3772c", ""],
  ])("that Openfire wrote, %s, is %j", (encrypted, password) => {
    expect(decryptPassword(encrypted, key)).toBe(password);
  });

  it.each(["", "46b5", "46b5a64d8ee3772c691f0c2a3bd2f5", "no hexadecimal!!"])(
    "that is none, %j, is no password",
    (encrypted) => {
      expect(decryptPassword(encrypted, key)).toBeUndefined();
    },
  );

  it.each(["\u{323b0}", "\ue000", "🔑 clé"])("of signs that nobody had heard of, %j, is read", (password) => {
    expect(decryptPassword(encrypted(password, other, 1), other)).toBe(password);
  });

  it("that another key made is no password, however it reads", () => {
    const made = Array.from({ length: 200 }, (_, index) => encrypted(`secret ${index}`, other, index));
    expect(made.map((each) => decryptPassword(each, other))).toEqual(made.map((_, index) => `secret ${index}`));
    expect(made.flatMap((each) => decryptPassword(each, key) ?? [])).toEqual([]);
  });

  it("is tried with the key of 5.1, too, where conf/security.xml has its salt", () => {
    const security =
      "<security><encrypt><blowfish><kdf>pbkdf2</kdf><salt>c2FsdA==</salt></blowfish></encrypt></security>";
    expect(passwordKeys("Xy7KpQ2mN8vB4cD", security).map((each) => each.length)).toEqual([20, 32]);
  });
});
