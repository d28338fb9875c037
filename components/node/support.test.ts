import { describe, expect, it } from "vitest";
import { nodePython } from "../testing/node-python.ts";
import { nodeRoot } from "../testing/node-root.ts";

describe("what is masked", () => {
  const masked = (text: string, kept: readonly string[] = []) =>
    nodePython(
      "from support import masking\ntext, kept = json.load(sys.stdin)\nprint(json.dumps(masking.without_people(text, kept)))",
      [text, kept],
    );
  it.each([
    ["anna@example.org wrote to berta@a.example.net", "[account 1] wrote to [account 2]"],
    ["anna@example.org, anna@example.org/phone", "[account 1], [account 1]/phone"],
    ["from 203.0.113.7:5222 and ::ffff:198.51.100.9", "from [address 1]:5222 and ::ffff:[address 2]"],
    ["by 2001:db8:7::1 at 12:34:56", "by [address 1] at 12:34:56"],
    ["ejabberd 26.07 on 6.12.48", "ejabberd 26.07 on 6.12.48"],
  ])("%s", (text, wanted) => expect(masked(text)).toBe(wanted));

  it("does not hide what is the network's own", () => {
    expect(masked("admin@example.org at 10.0.0.2", ["admin@example.org", "10.0.0.2"])).toBe(
      "admin@example.org at 10.0.0.2",
    );
  });

  const cut = (line: string) =>
    nodePython("from support import masking\nprint(json.dumps(masking.without_content(json.load(sys.stdin))))", line);
  it.each([
    [
      "[error] <0.350.0>@mod:f:1 SQL query 'INSERT INTO archive VALUES (''hello'')' failed",
      "[error] <0.350.0>@mod:f:1 …",
    ],
    ["[warning] dropped <message to='a@b'><body>hello</body></message>", "[warning] dropped …"],
    ['[error] badmatch {text,<<"hello">>}', "[error] badmatch {text,…"],
    ["ERROR: value too long STATEMENT: INSERT 'hello'", "ERROR: value too long …"],
  ])("cuts %s off", (line, wanted) => expect(cut(line)).toBe(wanted));
});

it("is collected from the node without its secrets and people's words, and says what is not to be had", () => {
  const node = nodeRoot();
  const secrets = { databasePassword: "dbpw-0123456789", backupPassphrase: "bpp-9876543210" };
  node.write("/etc/imera/secrets.json", JSON.stringify(secrets));
  node.write(
    "/var/log/ejabberd/ejabberd.log",
    [
      "2026-11-26 10:00:00.1 [info] <0.1.0> nothing to see",
      "2026-11-26 10:00:00.2 [error] <0.1.0> anna@example.org with dbpw-0123456789 from 203.0.113.99: <body>secret words</body>",
      `2026-11-26 10:00:00.3 [error] <0.1.0> GET https://upload.example.org/reset/${"0a".repeat(20)}`,
    ].join("\n"),
  );
  for (const name of ["systemctl", "ss", "dpkg-query", "ejabberdctl", "journalctl"]) {
    node.fake(name, `echo "${name} bpp-9876543210 of anna@example.org"`);
  }
  const { stdout, stderr, status } = node.run("usr/local/lib/imera/collect");
  expect([stderr, status]).toEqual(["", 0]);
  const texts = JSON.parse(stdout) as Record<string, string>;
  expect(texts["ejabberd's log"]).toBe(
    "2026-11-26 10:00:00.2 [error] <0.1.0> [account 1] with [secret] from [address 2]: …\n" +
      "2026-11-26 10:00:00.3 [error] <0.1.0> GET https://upload.example.org/reset/[secret]",
  );
  expect(texts["certbot's log"]).toMatch(/^not to be had: /);
  for (const secret of [...Object.values(secrets), "secret words", "anna@"]) expect(stdout).not.toContain(secret);
});
