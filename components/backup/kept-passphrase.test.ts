import { describe, expect, it } from "vitest";
import { passphraseProblem } from "./kept-passphrase.ts";

const command = (step: string, create: string, stdin?: string) => ({
  type: "command:remote:Command",
  name: `imera-xmpp1-setup-${step}`,
  outputs: { create, ...(stdin === undefined ? {} : { stdin }) },
});
const secrets = command(
  "secrets",
  "/usr/local/sbin/imera-accept-secrets",
  JSON.stringify({ backupPassphrase: "former", databasePassword: "other" }),
);
const ready = command("ready", "/usr/local/lib/imera/converge");
const bucket = { type: "digitalocean:index/spacesBucket:SpacesBucket", name: "b", outputs: { name: "imera-1" } };
const store = {
  type: "imera:index:BackupStore",
  name: "s",
  outputs: { location: { endpoint: "e", region: "r", bucket: "imera-1" } },
};
const known = [secrets, ready, bucket, store];
const changed = { stack: "prod", passphrase: "another", bucket: "" };

describe("passphraseProblem", () => {
  it("refuses another passphrase for the bucket that has backups, and says how to go on", () => {
    expect(passphraseProblem(changed, known)).toMatch(
      /^imera:backupPassphrase: is another one.*config set --secret imera:backupPassphrase --stack prod.*imera:backupBucket/,
    );
    expect(passphraseProblem({ ...changed, bucket: "imera-1" }, known)).toBeDefined();
    expect(passphraseProblem({ ...changed, passphrase: "former " }, known)).toBeDefined();
  });

  it("never shows a passphrase", () => {
    expect(passphraseProblem(changed, known)).not.toMatch(/former"|"another|other"/);
  });

  it("has nothing against the one that it was", () => {
    expect(passphraseProblem({ ...changed, passphrase: "former" }, known)).toBeUndefined();
  });

  it.each([
    ["a new bucket takes no backup that was made with the former one", { ...changed, bucket: "imera-2" }, known],
    ["the stack is new", changed, []],
    ["no node has come up with it yet, as where it was mistyped", changed, [secrets, bucket, store]],
  ])("takes another one where %s", (_what, backups, resources) => {
    expect(passphraseProblem(backups, resources)).toBeUndefined();
  });
});
