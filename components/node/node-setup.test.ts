import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { stackSecretNames } from "../settings/secrets.ts";
import { digest } from "./files.ts";
import { unpackText } from "../../host/packed-text.ts";
import {
  buildNetwork,
  nodeFactsOf,
  nodeFilesOf,
  nothingFound,
  setupStep,
  usualNetwork,
} from "../testing/build-network.ts";
import { goodSecret, pairs, secretOf } from "../testing/good-config.ts";

describe("NodeSetup", () => {
  it("meets the node with the throw-away host key, then with the one that it gave", async () => {
    const { askedFor } = await usualNetwork();
    const connections = ["first-contact", "configuration", "secrets", "ready"].map(
      (step) => setupStep(askedFor, step).inputs["connection"],
    );
    const expected = { host: "203.0.113.10", user: "root", privateKey: goodSecret("provisioningPrivateKey") };
    expect(connections[0]).toMatchObject({
      ...expected,
      port: 2222,
      hostKey: pairs.firstContact.publicKey,
    });
    for (const connection of connections.slice(1)) {
      expect(connection).toMatchObject({ ...expected, port: 22, hostKey: "ssh-ed25519 NODEKEY" });
    }
  });

  it("passes data on standard input and does nothing on destroy", async () => {
    const { askedFor } = await usualNetwork();
    for (const step of ["first-contact", "configuration", "secrets", "ready"]) {
      const { inputs } = setupStep(askedFor, step);
      expect(inputs).not.toHaveProperty("environment");
      expect(inputs).not.toHaveProperty("delete");
      for (const key of stackSecretNames) expect(inputs["create"]).not.toContain(secretOf(key));
    }
  });

  it("hands the node its secrets, and the keys of other machines to nobody", async () => {
    const { askedFor } = await usualNetwork();
    expect(JSON.parse(String(setupStep(askedFor, "secrets").inputs["stdin"]))).toEqual({
      databasePassword: secretOf("databasePassword"),
      erlangCookie: secretOf("erlangCookie"),
      adminPassword: secretOf("adminPassword"),
      turnSecret: secretOf("turnSecret"),
      backupPassphrase: secretOf("backupPassphrase"),
      canaryPassword: secretOf("canaryPassword"),
      backupAccessKey: "access-imera-backup-node-key",
      backupSecretKey: "secret-imera-backup-node-key",
      cloudflareToken: "token-of-the-node",
      watchPassword: secretOf("watchPassword"),
      watchSecrets: "",
    });
  });

  it("hands them over again when the administrator is another, whose first password the node does not keep", async () => {
    const triggers = async (config: Record<string, string>) =>
      setupStep((await buildNetwork(config)).askedFor, "secrets").inputs["triggers"];
    expect(await triggers({ "imera:adminUser": "ada" })).not.toEqual(await triggers({}));
  });

  it("tells the node where its backups go", async () => {
    const { askedFor } = await usualNetwork();
    expect(nodeFactsOf(askedFor)).toMatchObject({
      purpose: "serve",
      secretPatterns: { erlangCookie: "[A-Za-z0-9]{20,255}", cloudflareToken: expect.any(String) as string },
      canaryUser: "imera-canary",
      backup: {
        endpoint: "ams3.digitaloceanspaces.com",
        region: "ams3",
        bucket: "imera-backup-1a2b3c4",
        keepDays: 30,
        hour: 3,
      },
      recovery: { choice: "auto", time: null },
    });
  });

  it("tells the node how to recover", async () => {
    const { askedFor } = await buildNetwork({
      "imera:recovery": "backup",
      "imera:recoveryTime": "2026-01-02T03:04:05Z",
    });
    expect(nodeFactsOf(askedFor).recovery).toEqual({ choice: "backup", time: "2026-01-02T03:04:05Z" });
  });

  it("brings the static files and what depends on settings, without a secret", async () => {
    const { askedFor } = await usualNetwork();
    const files = nodeFilesOf(askedFor);
    expect(nodeFactsOf(askedFor)).toMatchObject({
      nodeName: "xmpp1.example.org",
      volumeDevice: "/dev/disk/by-id/scsi-0DO_Volume_imera-xmpp1-data-1a2b3c4",
      volumeSizeGiB: 10,
      cloudflareApiUrl: null,
      addresses: { publicIpv4: "203.0.113.10" },
    });
    expect(parse(files.find(({ path }) => path === "/etc/imera/ejabberd.yml")?.content ?? "")).toHaveProperty("listen");
    expect(files.map(({ path }) => path)).toContain("/usr/local/lib/imera/converge");
    for (const key of stackSecretNames) expect(JSON.stringify(files)).not.toContain(secretOf(key));
  });

  it("gives it the same text whichever machine packed it, so that no other sees a change", async () => {
    const { askedFor } = await usualNetwork();
    const files = unpackText(String(setupStep(askedFor, "configuration").inputs["stdin"])) ?? "";
    const stdin = gzipSync(files, { level: 1 }).toString("base64");
    const known = [{ type: "", id: "", name: "imera-xmpp1-setup-configuration", outputs: { stdin } }];
    const again = await buildNetwork({}, false, { ...nothingFound, known });
    expect(setupStep(again.askedFor, "configuration").inputs["stdin"]).toBe(stdin);
  });

  it("proves the node again when droplet, files, secrets, attachments, the volume's size, addresses or power change", async () => {
    const { askedFor } = await usualNetwork();
    const addresses = {
      publicIpv4: "203.0.113.10",
      publicIpv6: "2001:db8::10",
      privateIpv4: "10.110.0.2",
      serviceIpv4: "203.0.113.10",
    };
    const text = (step: string) => unpackText(String(setupStep(askedFor, step).inputs["stdin"])) ?? "";
    expect(setupStep(askedFor, "ready").inputs["triggers"]).toEqual([
      "4711",
      digest(text("configuration")),
      digest(text("secrets")),
      "imera-xmpp1-attachment-id",
      10,
      "",
      JSON.stringify(addresses),
      "",
    ]);
  });
});
