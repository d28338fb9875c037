import { describe, expect, it } from "vitest";
import { decryptPassword, passwordKeys } from "./password.ts";

const [key = Buffer.alloc(0)] = passwordKeys("Xy7KpQ2mN8vB4cD", undefined);

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

  it("is tried with the key of 5.1, too, where conf/security.xml has its salt", () => {
    const security =
      "<security><encrypt><blowfish><kdf>pbkdf2</kdf><salt>c2FsdA==</salt></blowfish></encrypt></security>";
    expect(passwordKeys("Xy7KpQ2mN8vB4cD", security).map((each) => each.length)).toEqual([20, 32]);
  });
});
