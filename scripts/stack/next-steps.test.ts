import { describe, expect, it } from "vitest";
import { nextSteps } from "./next-steps.ts";

describe("nextSteps", () => {
  it("names what to keep on paper, what each shell needs, and the commands up to the network, with the stack", () => {
    const text = nextSteps({
      stack: "prod",
      key: { kind: "passphrase file", file: "/home/ana/prod.passphrase" },
      keepsVendorKeys: false,
    });
    for (const part of [
      "cat /home/ana/prod.passphrase",
      "pulumi -- config get imera:backupPassphrase --stack prod",
      "export PULUMI_CONFIG_PASSPHRASE_FILE=/home/ana/prod.passphrase",
      "export DIGITALOCEAN_TOKEN",
      "export CLOUDFLARE_API_TOKEN",
      "export SPACES_ACCESS_KEY_ID",
      "export SPACES_SECRET_ACCESS_KEY",
      "git add Pulumi.prod.yaml",
      "npm run pulumi -- preview --stack prod",
      "npm run pulumi -- up --stack prod",
    ]) {
      expect(text).toContain(part);
    }
    expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it("asks for no token that is in the file, and for no passphrase where there is none", () => {
    const text = nextSteps({ stack: "prod", key: { kind: "backend" }, keepsVendorKeys: true });
    expect(text).not.toMatch(/DIGITALOCEAN|PASSPHRASE/);
    expect(text).toContain("Pulumi Cloud");
  });
});
