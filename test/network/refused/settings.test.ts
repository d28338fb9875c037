import { describe, expect, it } from "vitest";
import { withFullNames } from "../../../components/settings/names.ts";
import { generateStackSecrets } from "../../../components/settings/new-secrets.ts";
import { scratchStack } from "../scratch-stack.ts";

/** Enough to be accepted, but for the secrets. */
const good = {
  "imera:domain": "refused.net",
  "imera:contact": "ops@refused.net",
  "imera:region": "fra1",
  "imera:sshNetworks": ["203.0.113.7/32"],
};

async function refusal(config: Readonly<Record<string, unknown>>): Promise<string> {
  await using stack = await scratchStack(config);
  const { exitCode, output } = await stack.pulumi("preview");
  expect(exitCode).not.toBe(0);
  return output;
}

describe("pulumi preview refuses", () => {
  it("an unknown setting, a malformed network and a bad region, all in one message", async () => {
    const output = await refusal({
      ...good,
      "imera:region": "Frankfurt",
      "imera:regoin": "fra1",
      "imera:sshNetworks": ["203.0.113.7/32", "203.0.113.300/24"],
    });
    expect(output).toMatch(/imera:region: expected the slug of a DigitalOcean region/);
    expect(output).toContain("imera:regoin: there is no such setting");
    expect(output).toMatch(/imera:sshNetworks\[1\]: expected a network in CIDR notation/);
  });

  // The engine knows from Pulumi.yaml that it has no default, and says so before the program runs.
  it("a missing domain", async () => {
    const output = await refusal({ "imera:contact": good["imera:contact"], "imera:region": good["imera:region"] });
    expect(output).toMatch(/missing configuration value 'domain'|imera:domain: not set/);
  });

  it("a secret in plain text", async () => {
    const output = await refusal({ ...good, "imera:databasePassword": "open" });
    expect(output).toMatch(/imera:databasePassword: stands in plain text/);
    expect(output).not.toContain("at readSettings");
  });

  it("another key for a node that has a data volume, before anything is asked of a vendor", async () => {
    const { secret, plain } = generateStackSecrets();
    const vendors = {
      "digitalocean:token": "none",
      "digitalocean:spacesSecretKey": "none",
      "cloudflare:apiToken": "none",
    };
    const settings = {
      ...good,
      ...withFullNames(plain),
      "imera:nodes": ["xmpp9"],
      "digitalocean:spacesAccessId": "none",
    };
    await using stack = await scratchStack(settings, { ...withFullNames(secret), ...vendors });
    const type = "digitalocean:index/volume:Volume";
    const imported = await stack.importState([
      {
        urn: `urn:pulumi:scratch::imera::${type}::imera-xmpp1-data`,
        ...{ type, custom: true, id: "4f8c", outputs: { name: "imera-xmpp1-data-1a2b3c4" } },
      },
    ]);
    expect(imported).toMatchObject({ exitCode: 0 });
    const { exitCode, output } = await stack.pulumi("preview");
    expect(exitCode).not.toBe(0);
    expect(output).toContain(
      "imera:nodes: xmpp1 is gone from it, and would take its data volume imera-xmpp1-data-1a2b3c4",
    );
  });

  it("SSH for everyone", async () => {
    const output = await refusal({ ...good, "imera:sshNetworks": ["0.0.0.0/0"] });
    expect(output).toMatch(/imera:sshNetworks\[0\]: would let everyone/);
  });
});
