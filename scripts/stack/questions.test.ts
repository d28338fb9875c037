import { describe, expect, it } from "vitest";
import { answerForms, checkAnswers, networkList, proposedNetworks, usualZone } from "./questions.ts";

const answers = {
  domain: "example.org",
  contact: "ops@imera.chat",
  region: "fra1",
  sshNetworks: ["203.0.113.7/32"],
};
const keys = {
  digitaloceanToken: `dop_v1_${"a".repeat(64)}`,
  cloudflareToken: "b".repeat(40),
  spacesAccessId: "DO00CCCCCCCCCCCCCCCC",
  spacesSecretKey: "d".repeat(43),
};

describe("checkAnswers", () => {
  it("takes good ones, with the vendors' keys and without", () => {
    expect(checkAnswers(answers)).toEqual({ ...answers, zone: "example.org", vendorKeys: undefined });
    expect(checkAnswers(answers, keys)).toMatchObject({ vendorKeys: keys });
  });

  it("wants to know the zone of a domain below another, and takes the domain itself for one", () => {
    const below = { ...answers, domain: "chat.example.co.uk" };
    expect(() => checkAnswers(below)).toThrow("zone: missing; Zone at Cloudflare that has this domain's records");
    for (const zone of ["example.co.uk", "chat.example.co.uk"]) {
      expect(checkAnswers({ ...below, zone })).toMatchObject({ zone });
    }
    for (const zone of ["example.com", "ample.co.uk", "a.chat.example.co.uk", ""]) {
      expect(() => checkAnswers({ ...below, zone }), zone).toThrow("zone: expected");
    }
  });

  it("names all that will not do, without showing a token", () => {
    const wrong = { ...answers, domain: "nowhere", contact: undefined, sshNetworks: [] };
    const check = () => checkAnswers(wrong, { ...keys, cloudflareToken: "short", spacesSecretKey: "short" });
    for (const name of ["domain", "sshNetworks", "cloudflareToken", "spacesSecretKey"]) {
      expect(check).toThrow(`${name}: expected`);
    }
    expect(check).toThrow("contact: missing");
    expect(check).not.toThrow("short");
  });

  it.each(["ops@example.org", "ops@Mail.Example.COM", "me@box.lan", "root@host.localdomain", "a@b.home.arpa"])(
    "refuses %s for a contact, as `preview` would, beside whatever else will not do",
    (contact) => {
      const check = () => checkAnswers({ ...answers, contact, region: "Frankfurt" });
      expect(check).toThrow(`contact: Let's Encrypt takes no account for ${contact}`);
      expect(check).toThrow("region: expected the slug");
      expect(answerForms.contact.safeParse(contact).success, "at the question, too").toBe(false);
    },
  );

  it.each(["chat.lan", "imera.test", "xmpp.corp", "a.onion"])("refuses the domain %s, as `preview` would", (domain) => {
    expect(() => checkAnswers({ ...answers, domain })).toThrow(`domain: Let's Encrypt signs nothing for ${domain}`);
  });

  it("refuses networks that no droplet sees, all of them private, and takes one of these beside a public one", () => {
    const check = (...sshNetworks: string[]) => checkAnswers({ ...answers, sshNetworks });
    expect(() => check("192.168.1.0/24", "10.0.0.7/32")).toThrow("192.168.1.0/24, 10.0.0.7/32: private addresses");
    expect(check("192.168.1.0/24", "203.0.113.7/32").sshNetworks).toHaveLength(2);
  });

  it("says what a token looks like, and what an internationalised domain would need", () => {
    expect(() => checkAnswers(answers, { ...keys, digitaloceanToken: "hunter2" })).toThrow("dop_v1_");
    expect(() => checkAnswers({ ...answers, domain: "bücher.example" })).toThrow(/ASCII letters.*xn--…/);
  });
});

describe("usualZone", () => {
  it("knows that of a domain of two labels", () => {
    expect(usualZone("example.org")).toBe("example.org");
    expect(usualZone("chat.example.org")).toBeUndefined();
  });
});

describe("networks", () => {
  it("are read from text with commas", () => {
    expect(networkList(" 203.0.113.7/32,2001:db8::/32 ,")).toEqual(["203.0.113.7/32", "2001:db8::/32"]);
  });

  it("are proposed from public addresses only", () => {
    const address = (text: string, family: "IPv4" | "IPv6") =>
      family === "IPv4"
        ? { address: text, family, internal: false, netmask: "", mac: "", cidr: null }
        : { address: text, family, internal: false, netmask: "", mac: "", cidr: null, scopeid: 0 };
    const interfaces = {
      eth0: [address("203.0.113.7", "IPv4"), address("2001:db8::7", "IPv6"), address("fe80::1", "IPv6")],
      wg0: [address("10.1.2.3", "IPv4"), address("100.64.0.1", "IPv4"), address("fd00::1", "IPv6")],
    };
    expect(proposedNetworks(interfaces)).toEqual(["203.0.113.7/32", "2001:db8::7/128"]);
  });
});
