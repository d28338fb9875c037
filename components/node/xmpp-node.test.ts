import { describe, expect, it } from "vitest";
import { generateOpenSshKeyPair } from "../../host/openssh-key.ts";
import { stackSecretNames } from "../settings/secrets.ts";
import { buildNetwork, nodeFilesOf, nothingFound, usualNetwork } from "../testing/build-network.ts";
import { secretOf } from "../testing/good-config.ts";
import { resource } from "../testing/mocks.ts";

describe("XmppNode", () => {
  it("puts the droplet under the firewall's tag, into the VPC, with the program's key", async () => {
    const { askedFor } = await usualNetwork();
    expect(resource(askedFor, "imera-xmpp1-droplet").inputs).toMatchObject({
      name: "xmpp1.example.org",
      region: "fra1",
      size: "s-1vcpu-1gb",
      image: "debian-13-x64",
      ipv6: true,
      dropletAgent: false,
      tags: ["imera-prod"],
      vpcUuid: "imera-vpc-id",
      sshKeys: ["imera-provisioning-key-id"],
    });
    expect(resource(askedFor, "imera-firewall-rules").inputs).toMatchObject({ tags: ["imera-prod"] });
  });

  it("gives user data no secret but the throw-away key", async () => {
    const { askedFor } = await usualNetwork();
    const text = String(resource(askedFor, "imera-xmpp1-droplet").inputs["userData"]);
    const found = stackSecretNames.filter((key) => text.includes(secretOf(key)));
    expect(found).toEqual(["firstContactPrivateKey"]);
  });

  it("gives user data nothing that settings make longer, so that they always fit", async () => {
    const keys = Array.from({ length: 30 }, (_, index) => generateOpenSshKeyPair(`operator-${index}`).publicKey);
    const large = {
      "imera:domain": `${"a".repeat(50)}.${"b".repeat(50)}.${"c".repeat(50)}.example.org`,
      "imera:zone": "example.org",
      "imera:sshKeys": JSON.stringify(keys),
      "imera:sshNetworks": JSON.stringify(Array.from({ length: 50 }, (_, index) => `203.0.113.${index}/32`)),
      "imera:alarms": JSON.stringify([{ type: "ntfy", topic: "imera-7f3k" }]),
    };
    const [usual, largest] = [await usualNetwork(), await buildNetwork(large)].map(
      ({ askedFor }) => resource(askedFor, "imera-xmpp1-droplet").inputs["userData"],
    );
    expect(largest).toBe(usual);
  });

  it("lets the volume grow and leaves its name to the engine", async () => {
    const { askedFor } = await buildNetwork({ "imera:volumeSizeGiB": "50" });
    expect(resource(askedFor, "imera-xmpp1-data").inputs).toEqual({ region: "fra1", size: 50 });
  });

  it("attaches the volume to the droplet, by their ids", async () => {
    const { askedFor } = await usualNetwork();
    expect(resource(askedFor, "imera-xmpp1-attachment").inputs).toEqual({
      volumeId: "imera-xmpp1-data-id",
      dropletId: 4711,
    });
  });

  it("writes an IPv6 address in one way, however DigitalOcean does", async () => {
    const outputs = { "imera-xmpp1-droplet": { ipv6Address: "2001:0DB8:0000:0000:0000:0000:0000:0010" } };
    const { askedFor, nodes } = await buildNetwork({}, false, nothingFound, outputs);
    const short = "2001:db8::10";
    expect(nodes[0]).toMatchObject({ publicIpv6: short });
    expect(resource(askedFor, "imera-dns-xmpp1-aaaa").inputs).toMatchObject({ content: short });
    expect(resource(askedFor, "imera-xmpp1-certificate-token").inputs).toMatchObject({
      condition: { requestIp: { ins: ["203.0.113.10/32", `${short}/128`] } },
    });
    expect(JSON.stringify(nodeFilesOf(askedFor))).not.toContain("0DB8");
  });

  it("names the reserved IP in the DNS, and configures over the droplet's own address", async () => {
    const { askedFor, nodes } = await buildNetwork({ "imera:reservedIp": "true" });
    expect(nodes[0]).toMatchObject({ publicIpv4: "203.0.113.10", serviceIpv4: "203.0.113.220" });
    expect(resource(askedFor, "imera-xmpp1-address-assignment").inputs).toMatchObject({ dropletId: 4711 });
    expect(resource(askedFor, "imera-dns-xmpp1-reserved-a").inputs).toMatchObject({ content: "203.0.113.220" });
    expect(resource(askedFor, "imera-dns-xmpp1-a").inputs).toMatchObject({ content: "203.0.113.10" });
    expect(resource(askedFor, "imera-dns-turn-xmpp1-a").inputs).toMatchObject({ content: "203.0.113.10" });
    const { connection } = resource(askedFor, "imera-xmpp1-setup-configuration").inputs;
    expect(connection).toMatchObject({ host: "203.0.113.10" });
  });
});

describe("Certificate", () => {
  it("limits its token to the zone's records and the node's addresses", async () => {
    const { askedFor } = await usualNetwork();
    expect(resource(askedFor, "imera-xmpp1-certificate-token").inputs).toEqual({
      name: "imera prod: certificates of xmpp1.example.org",
      policies: [
        {
          effect: "allow",
          permissionGroups: [{ id: "permission-id" }],
          resources: '{"com.cloudflare.api.account.zone.zone-id":"*"}',
        },
      ],
      condition: { requestIp: { ins: ["203.0.113.10/32", "2001:db8::10/128"] } },
    });
  });
});
