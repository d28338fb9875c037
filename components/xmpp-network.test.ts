import { describe, expect, it } from "vitest";
import { stackSecretNames } from "./settings/secrets.ts";
import { buildNetwork, nodeFactsOf, nothingFound, setupStep, usualNetwork, waitsFor } from "./testing/build-network.ts";
import { existingBucket, secretOf } from "./testing/good-config.ts";
import { resource } from "./testing/mocks.ts";

describe("XmppNetwork", () => {
  it("is made of these resources", async () => {
    const { askedFor } = await usualNetwork();
    const own = askedFor.filter(({ type }) => !type.includes("DnsRecord")).map(({ name }) => name);
    expect(own.sort()).toEqual([
      "imera",
      "imera-backup",
      "imera-backup-drill-key",
      "imera-backup-node-key",
      "imera-backup-store",
      "imera-dns",
      "imera-firewall-rules",
      "imera-provisioning-key",
      "imera-tag",
      "imera-vpc",
      "imera-xmpp1",
      "imera-xmpp1-attachment",
      "imera-xmpp1-certificate-token",
      "imera-xmpp1-data",
      "imera-xmpp1-droplet",
      "imera-xmpp1-public-firewall-rules",
      "imera-xmpp1-setup",
      "imera-xmpp1-setup-configuration",
      "imera-xmpp1-setup-first-contact",
      "imera-xmpp1-setup-ready",
      "imera-xmpp1-setup-secrets",
    ]);
  });

  it("tells what others have to know", async () => {
    const { network, nodes } = await usualNetwork();
    expect(network).toMatchObject({ domain: "example.org", adminJid: "admin@example.org" });
    expect(nodes).toEqual([
      {
        name: "xmpp1.example.org",
        publicIpv4: "203.0.113.10",
        publicIpv6: "2001:db8::10",
        privateIpv4: "10.110.0.2",
        serviceIpv4: "203.0.113.10",
        sshHostKey: "ssh-ed25519 NODEKEY",
        dropletId: "4711",
        volumeName: "imera-xmpp1-data-1a2b3c4",
      },
    ]);
  });

  it("can be previewed while no address is known", async () => {
    const { askedFor } = await buildNetwork({}, true);
    expect(resource(askedFor, "imera-xmpp1-setup-ready").inputs["create"]).toBe("/usr/local/lib/imera/converge");
  });
});

describe("secrets", () => {
  it("are marked, wherever they go, so that the engine encrypts them in its state", async () => {
    const { askedFor } = await usualNetwork();
    const values = [...stackSecretNames.map(secretOf), "token-of-the-node", "secret-imera-backup-node-key"];
    for (const { name, inputs, secretInputs } of askedFor) {
      const found = Object.entries(inputs).filter(([, value]) =>
        values.some((secret) => JSON.stringify(value).includes(secret)),
      );
      expect(secretInputs, name).toEqual(expect.arrayContaining(found.map(([key]) => key)));
    }
  });
});

describe("what a change may do", () => {
  it("protects the data volume, unless the stack is one to throw away", async () => {
    const name = "imera-xmpp1-data";
    expect((await usualNetwork()).options.get(name)?.protect).toBe(true);
    expect((await buildNetwork({ "imera:protectData": "false" })).options.get(name)?.protect).toBe(false);
  });

  it("never replaces a droplet for its first boot's sake", async () => {
    const { options } = await usualNetwork();
    expect(options.get("imera-xmpp1-droplet")?.ignoreChanges).toEqual(["userData", "sshKeys", "image", "monitoring"]);
  });

  it("detaches a volume before it attaches it elsewhere", async () => {
    const { options } = await usualNetwork();
    expect(options.get("imera-xmpp1-attachment")?.deleteBeforeReplace).toBe(true);
  });

  it("has the firewall before the droplet, and each step of the set-up after the last", async () => {
    const { options } = await usualNetwork();
    const after = (name: string) => waitsFor(options.get(name));
    expect(await after("imera-xmpp1-droplet")).toEqual(["imera-firewall-rules"]);
    expect(await after("imera-xmpp1-setup-configuration")).toEqual(["imera-xmpp1-setup-first-contact"]);
    expect(await after("imera-xmpp1-setup-secrets")).toEqual(["imera-xmpp1-setup-configuration"]);
    expect(await after("imera-xmpp1-setup-ready")).toEqual(["imera-xmpp1-setup-secrets"]);
  });

  it("opens a node's ports once it has been proved ready, by the droplet's id and not by the tag", async () => {
    const { askedFor, options } = await usualNetwork();
    const name = "imera-xmpp1-public-firewall-rules";
    expect(await waitsFor(options.get(name))).toEqual(["imera-xmpp1-setup-ready"]);
    expect(resource(askedFor, name).inputs).toMatchObject({ name: "imera-prod-xmpp1", dropletIds: [4711] });
    expect(resource(askedFor, name).inputs).not.toHaveProperty("tags");
  });

  it.each([true, false])("leaves a VPC behind that DigitalOcean would not delete: %s", async (vpcIsDefault) => {
    const { askedFor, options } = await buildNetwork({}, false, { ...nothingFound, vpcIsDefault });
    expect(options.get("imera-vpc")?.retainOnDelete).toBe(vpcIsDefault);
    // Under a name drawn by the engine, so that the one left behind is not in the next one's way.
    expect(resource(askedFor, "imera-vpc").inputs).toEqual({ region: "fra1", description: "imera-prod" });
  });

  it("answers in the DNS once the node's ports are open, and not before", async () => {
    const { askedFor, options } = await usualNetwork();
    const records = askedFor.filter(({ type }) => type === "cloudflare:index/dnsRecord:DnsRecord");
    for (const { name } of records) {
      expect(await waitsFor(options.get(name)), name).toContain("imera-xmpp1-public-firewall-rules");
    }
  });
});

describe("a drill", () => {
  const build = () => buildNetwork({ ...existingBucket, "imera:purpose": "drill" });

  it("publishes nothing: no DNS, no open port, no token for certificates", async () => {
    const names = (await build()).askedFor.map(({ name }) => name);
    expect(names).toContain("imera-xmpp1-setup-ready");
    expect(names.filter((name) => /dns|public|certificate/.test(name))).toEqual([]);
  });

  it("can fetch packages and backups, and talk to no other server", async () => {
    const { outboundRules } = resource((await build()).askedFor, "imera-firewall-rules").inputs;
    const rules = outboundRules as { protocol: string; portRange: string }[];
    expect(rules.map(({ protocol, portRange }) => `${protocol} ${portRange}`)).toEqual([
      "tcp 53",
      "tcp 80",
      "tcp 443",
      "udp 53",
      "udp 123",
    ]);
  });

  it("tells the node, and gives it no token", async () => {
    const { askedFor } = await build();
    expect(nodeFactsOf(askedFor)).toMatchObject({ purpose: "drill" });
    expect(setupStep(askedFor, "secrets").inputs["stdin"]).not.toContain("cloudflareToken");
  });
});
