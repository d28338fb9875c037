import ssh2 from "ssh2";
import { describe, expect, it } from "vitest";
import { generateOpenSshKeyPair } from "./openssh-key.ts";

describe("generateOpenSshKeyPair", () => {
  // ssh2's own generator gives a bad pair once in some hundred times: keep more than a few.
  it("makes pairs whose halves belong together, each time", () => {
    for (let round = 0; round < 200; round++) {
      const { privateKey, publicKey } = generateOpenSshKeyPair("imera");
      const parsed = ssh2.utils.parseKey(privateKey);
      if (parsed instanceof Error) throw parsed;
      expect(`ssh-ed25519 ${parsed.getPublicSSH().toString("base64")} imera`).toBe(publicKey);
      const signature = parsed.sign("text");
      const other = ssh2.utils.parseKey(publicKey);
      if (other instanceof Error || signature instanceof Error) throw new Error("not a key");
      expect(other.verify("text", signature)).toBe(true);
    }
  });
});
