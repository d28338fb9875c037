import { describe, expect, it } from "vitest";
import { cloudflareApiPort, digitaloceanApiPort } from "../../../local/run/address-plan.ts";
import { acmeDirectoryUrl } from "../../../local/acme/pebble.ts";
import { runNumbered } from "../../../local/run/run.ts";
import { readDaemonSettings } from "../../../local/run/daemon-settings.ts";
import { withFullNames } from "../../../components/settings/names.ts";
import { generateStackSecrets } from "../../../components/settings/new-secrets.ts";
import { testRunNumber } from "../cloud.ts";
import { scratchStack } from "../scratch-stack.ts";
import { digitaloceanList } from "../vendors.ts";

const domain = "second.imera.test";

/**
 * Runs `pulumi up` for a second network in the same account that differs from a good one in what is given, and gives
 * the engine's output.
 */
async function refusal(change: { readonly region?: string; readonly digitaloceanToken?: string }): Promise<string> {
  const run = runNumbered(Number(testRunNumber()));
  const settings = await readDaemonSettings(run);
  if (settings === undefined) throw new Error(`local cloud ${run.number} does not run`);
  const { cloudIpv4, hostIpv4 } = run.addresses;
  const { plain, secret } = generateStackSecrets();
  await using stack = await scratchStack(
    {
      "imera:domain": domain,
      "imera:zone": "imera.test",
      "imera:contact": "ops@imera.test",
      "imera:region": change.region ?? "fra1",
      "imera:sshNetworks": [`${hostIpv4}/32`],
      "imera:acmeDirectoryUrl": acmeDirectoryUrl,
      "imera:caaIssuer": "",
      "imera:protectData": false,
      // It is never asked: a bucket of the stack's own would be made before anything is refused.
      "imera:backupBucket": "elsewhere",
      "imera:backupRegion": "ams3",
      ...withFullNames(plain),
      "digitalocean:apiEndpoint": `http://${cloudIpv4}:${digitaloceanApiPort}`,
      "cloudflare:baseUrl": `http://${cloudIpv4}:${cloudflareApiPort}/client/v4`,
    },
    {
      ...withFullNames({ ...secret, backupAccessKey: "none", backupSecretKey: "none" }),
      "digitalocean:token": change.digitaloceanToken ?? settings.digitaloceanToken,
      "cloudflare:apiToken": settings.cloudflareToken,
    },
  );
  const up = await stack.pulumi("up", "--yes", "--skip-preview");
  const destroy = await stack.pulumi("destroy", "--yes", "--skip-preview");
  expect(destroy.exitCode, destroy.output).toBe(0);
  expect(up.exitCode).not.toBe(0);
  return up.output;
}

describe("pulumi up is refused", () => {
  it("because of a region that does not exist, and leaves nothing", async () => {
    expect(await refusal({ region: "xyz1" })).toContain("imera:region: DigitalOcean has no region xyz1");
    const droplets = (await digitaloceanList("droplets")) as { name: string }[];
    expect(droplets.map(({ name }) => name).filter((name) => name.endsWith(`.${domain}`))).toEqual([]);
  });

  it("because of a wrong token", async () => {
    expect(await refusal({ digitaloceanToken: `dop_v1_${"0".repeat(64)}` })).toMatch(/401|unable to authenticate/i);
  });
});
