import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { beforeEach, describe, expect, it } from "vitest";

import { nodeRoot, type NodeRoot } from "../testing/node-root.ts";

let node: NodeRoot;
beforeEach(() => {
  node = nodeRoot();
});

describe("backup-settings", () => {
  const secrets = { backupAccessKey: "key-1", backupSecretKey: "secret-1", backupPassphrase: "$phrase;1" };
  const settings = (given: object = secrets) => {
    node.write("/etc/imera/secrets.json", JSON.stringify(given));
    return node.run("/usr/local/lib/imera/backup-settings");
  };
  const config = () => node.place("/etc/pgbackrest/pgbackrest.conf");
  const environment = () => node.place("/etc/imera/restic.env");

  it("writes both files, readable by those who need them, and says so without a secret", () => {
    const { stdout, stderr } = settings();
    expect(stderr).toBe("");
    expect(stdout).toMatch(/^backup-settings: wrote .*pgbackrest\.conf, .*restic\.env\n$/);
    expect(stdout).not.toMatch(/-1\b.*key|secret-1|phrase/);
    expect(statSync(config()).mode & 0o777).toBe(0o640);
    expect(statSync(environment()).mode & 0o777).toBe(0o600);
    for (const line of ["repo1-cipher-type=aes-256-cbc", "repo1-cipher-pass=$phrase;1", "repo1-retention-full=30"]) {
      expect(readFileSync(config(), "utf8").split("\n")).toContain(line);
    }
    expect(settings().stdout).toBe("backup-settings: unchanged\n");
  });

  it("writes an environment that a shell reads as it is", () => {
    settings();
    const script = 'set -a; . "$0"; printf "%s|%s" "$RESTIC_PASSWORD" "$RESTIC_REPOSITORY"';
    expect(execFileSync("sh", ["-c", script, environment()], { encoding: "utf8" })).toBe(
      "$phrase;1|s3:https://ams3.example.net/imera-backup-1/files",
    );
  });

  it("changes nothing without a passphrase", () => {
    const { stderr, status } = settings({ ...secrets, backupPassphrase: "" });
    expect(stderr).toContain("has no backupPassphrase");
    expect(status).not.toBe(0);
    expect(existsSync(environment())).toBe(false);
    expect(existsSync(config())).toBe(false);
  });
});
