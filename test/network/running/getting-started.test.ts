import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { beforeAll, describe, expect, it } from "vitest";
import { repositoryRoot } from "../../runner/repository.ts";
import { testRunNumber } from "../cloud.ts";

let page: string;
beforeAll(async () => {
  page = await readFile(join(repositoryRoot, "docs/getting-started.md"), "utf8");
});

/** The page's text that the pattern finds, with the numbers of the tests' own local cloud in place of run 1's. */
function documented(pattern: RegExp): string {
  const found = pattern.exec(page)?.[0];
  if (found === undefined) throw new Error(`docs/getting-started.md has nothing like ${pattern.source} any more`);
  const run = testRunNumber();
  return found.replaceAll("10.99.1.", `10.99.${run}.`).replaceAll("/imera/1/", `/imera/${run}/`);
}

/** Runs a command of the page in a shell, as root: tests may run where there is no sudo. */
async function shell(command: string): Promise<string> {
  const { stdout } = await execa("sh", ["-ec", command.replaceAll("sudo ", "")], { input: "" });
  return stdout;
}

describe("docs/getting-started.md", () => {
  it("finds the network by its SRV record", async () => {
    const records = await shell(documented(/^node -e '.*'$/m));
    expect(records).toContain("port: 5222");
  });

  it("shows the certificate that the trusted roots vouch for", async () => {
    const shown = await shell(documented(/openssl s_client[^`]*?\.pem/));
    expect(shown).toContain("Verify return code: 0 (ok)");
  });

  it("lends a client the network's DNS and roots by mounts, which end with it", async () => {
    const before = [await readFile("/etc/resolv.conf", "utf8"), await readdir("/mnt")];
    const client =
      "getent ahostsv4 imera.test; openssl s_client -connect imera.test:5223 -verify_hostname imera.test " +
      "-CAfile /etc/ssl/certs/ca-certificates.crt";
    const recipe = documented(/sudo unshare --mount sh -c '[^']*profanity'/);
    const shown = await shell(recipe.replace(/profanity'$/, `${client}'`));
    expect(shown).toContain(`10.99.${testRunNumber()}.`);
    expect(shown).toContain("Verify return code: 0 (ok)");
    expect([await readFile("/etc/resolv.conf", "utf8"), await readdir("/mnt")]).toEqual(before);
  });
});
