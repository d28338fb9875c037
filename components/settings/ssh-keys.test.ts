import { describe, expect, it } from "vitest";
import { goodConfig, goodSecret, pairs } from "../testing/good-config.ts";
import { resolved } from "../testing/mocks.ts";
import { readSettings } from "./settings.ts";

const ana = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFLg766y+rX+M1Vk2Q9WzCXruwf5KMpJ23w40HIkjQ0u ana";

describe("readSettings", () => {
  it("takes a private key without the last line break, which `config set` drops, and gives it back", async () => {
    const withoutBreak = { "imera:provisioningPrivateKey": goodSecret("provisioningPrivateKey").trimEnd() };
    const { secrets } = readSettings(goodConfig(withoutBreak));
    expect(await resolved(secrets.provisioningPrivateKey)).toBe(goodSecret("provisioningPrivateKey"));
  });

  it.each([
    [
      "imera:provisioningPrivateKey",
      "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n",
      "imera:provisioningPrivateKey: expected an OpenSSH private key, from its BEGIN line to its END line, whole and without",
    ],
    [
      "imera:provisioningPrivateKey",
      goodSecret("firstContactPrivateKey"),
      "imera:provisioningPrivateKey: is not the private half of provisioningPublicKey, so it would open no node",
    ],
    [
      "imera:firstContactPublicKey",
      pairs.provisioning.publicKey,
      "imera:firstContactPrivateKey: is not the private half of firstContactPublicKey",
    ],
    ["imera:provisioningPublicKey", "ssh-ed25519 AAAA", "imera:provisioningPublicKey: expected an ed25519 public key"],
    ["imera:sshKeys", '["ssh-ed25519 AAAA"]', "imera:sshKeys[0]: expected a whole ssh-ed25519 key"],
    ["imera:sshKeys", JSON.stringify([`from="*" ${ana}`]), "imera:sshKeys[0]: expected a public key on one line"],
    ["imera:sshKeys", JSON.stringify([`${ana}\nssh-rsa A`]), "imera:sshKeys[0]: expected a public key on one line"],
    ["imera:sshKeys", JSON.stringify([ana, `${ana} twice`]), `imera:sshKeys: ${ana} is there twice`],
    ["imera:sshKeys", JSON.stringify([pairs.provisioning.publicKey]), "imera:sshKeys: ssh-ed25519 "],
  ])("refuses %s = %s, which would lock somebody out or leave somebody in", (name, value, line) => {
    expect(() => readSettings(goodConfig({ [name]: value }))).toThrow(`\n  ${line}`);
  });
});
