import { describe, expect, it } from "vitest";
import { goodConfig } from "../testing/good-config.ts";
import { readSettings } from "./settings.ts";

const letsEncrypt = "https://acme-v02.api.letsencrypt.org/directory";
const staging = "https://acme-staging-v02.api.letsencrypt.org";

describe("the certificate authority", () => {
  it.each([
    ["contact", "ops@example.org", "contact: Let's Encrypt takes no account for ops@example.org"],
    ["contact", "ops@mail.example.com", "contact: Let's Encrypt takes no account for"],
    ["contact", "ops@box.fritz.lan", "contact: Let's Encrypt takes no account for"],
    ["domain", "chat.internal", "domain: Let's Encrypt signs nothing for chat.internal"],
    ["domain", "imera.test", "domain: Let's Encrypt signs nothing for imera.test"],
    ["acmeDirectoryUrl", "https://ca.example/dir", "caaIssuer: letsencrypt.org would keep ca.example"],
    ["acmeDirectoryUrl", "https://acme-v02.api.letsencrypt.org", `acmeDirectoryUrl: Let's Encrypt's is ${letsEncrypt}`],
    ["acmeDirectoryUrl", "https://acme-v01.api.letsencrypt.org/directory", "acmeDirectoryUrl: Let's Encrypt's is"],
    ["acmeDirectoryUrl", "https://acme.zerossl.com/v2/DV90", "acmeDirectoryUrl: acme.zerossl.com wants an account"],
    ["acmeDirectoryUrl", "https://dv.acme-v02.api.pki.goog/directory", "acmeDirectoryUrl: dv.acme-v02"],
    ["acmeAccountUri", `${staging}/acme/acct/7`, "acmeAccountUri: is an account at acme-staging-v02"],
  ])("would refuse, so the settings do: %s = %s", (key, value, message) => {
    expect(() => readSettings(goodConfig({ [`imera:${key}`]: value }))).toThrow(`imera:${message}`);
  });

  it("of one's own takes any name and contact", () => {
    const own = {
      acmeDirectoryUrl: "https://ca.chat.lan/dir",
      caaIssuer: "",
      contact: "ops@chat.lan",
      domain: "chat.lan",
    };
    const values = Object.fromEntries(Object.entries(own).map(([key, value]) => [`imera:${key}`, value]));
    expect(readSettings(goodConfig(values))).toMatchObject(own);
  });

  it("for tests takes its own account", () => {
    const values = {
      "imera:acmeDirectoryUrl": `${staging}/directory`,
      "imera:acmeAccountUri": `${staging}/acme/acct/7`,
    };
    expect(() => readSettings(goodConfig(values))).not.toThrow();
  });
});

describe("networks that may use SSH", () => {
  it.each([['["192.168.178.0/24"]'], ['["fd00:1::/48", "100.64.0.0/16"]'], ['["127.0.0.1/32", "10.0.0.0/8"]']])(
    "are refused where all are private, with other faults beside them: %s",
    (networks) => {
      const read = () => readSettings(goodConfig({ "imera:sshNetworks": networks, "imera:region": "Frankfurt" }));
      expect(read).toThrow(
        /imera:sshNetworks: .*: private addresses, which a droplet never sees: add the public address/,
      );
      expect(read).toThrow("imera:region: expected the slug");
    },
  );

  it("may be private beside a public one, and in a cloud with an API of its own", () => {
    const both = '["192.168.178.0/24", "203.0.113.7/32"]';
    expect(() => readSettings(goodConfig({ "imera:sshNetworks": both }))).not.toThrow();
    const own = { "imera:sshNetworks": '["10.99.1.1/32"]', "digitalocean:apiEndpoint": "http://10.99.1.1:8080" };
    expect(() => readSettings(goodConfig(own))).not.toThrow();
  });
});
