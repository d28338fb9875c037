import { execa } from "execa";
import { test } from "vitest";
import { renderRuleset } from "./ruleset.ts";
import { cloudIpv4, filter, reservedIps } from "./testing/one-droplet.ts";

test("nft takes a ruleset, also twice in a row", async () => {
  const ruleset = renderRuleset({ filters: [filter, { ...filter, dropletId: 8 }], reservedIps, cloudIpv4 });
  await execa("unshare", ["--net", "nft", "-f", "-"], { input: ruleset + ruleset });
});
