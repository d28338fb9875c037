import { chmodSync, readFileSync } from "node:fs";
import { beforeEach, describe, expect, it } from "vitest";
import { nodeRoot, type NodeRoot } from "../testing/node-root.ts";

let node: NodeRoot;
beforeEach(() => {
  node = nodeRoot({ domain: "montague.test" });
  node.write("/etc/default/ejabberd", "ERLANG_NODE=ejabberd@127.0.0.1\nERL_DIST_PORT=5210\n");
});

/** Puts a script in the place of PostgreSQL's client, and runs the program as it is. */
function runWithPsql(account: string, script: string) {
  chmodSync(node.write("/usr/lib/postgresql/17/bin/psql", script), 0o755);
  return node.run("/usr/local/sbin/imera-export", { arguments: [account] });
}

/** Lets the server answer that it prepares each name as the one with these bytes; what it was asked is in `/asked`. */
function prepareNames(hex: string) {
  node.fake("erl_call", `cat >${node.place("/asked")}; echo '{ok, "${hex}"}'`);
}

const found = '["credentials", {"type": 2, "password": "", "serverkey": "", "salt": "", "iterationcount": 4096}]';
/** PostgreSQL's client, for an account that is there. */
const answering = `#!/bin/sh\ncat >/dev/null\necho '${found}'\n`;

describe("the account that imera-export is asked for", () => {
  it.each([
    ["Romeo", "romeo"],
    ["ROMEO@MONTAGUE.TEST", "romeo"],
    ["romeo@montague.test.", "romeo"],
    ["romeo@montague.test/balcony @ night", "romeo"],
    ["-x", "-x"],
    ["--help@montague.test", "--help"],
  ])("finds %s as %s, without the server", (typed, user) => {
    expect(runWithPsql(typed, answering).stdout).toContain(`<user name="${user}">`);
  });

  it("takes what follows -- for the account", () => {
    node.write("/usr/lib/postgresql/17/bin/psql", answering);
    chmodSync(node.place("/usr/lib/postgresql/17/bin/psql"), 0o755);
    const { stdout } = node.run("/usr/local/sbin/imera-export", { arguments: ["--", "--help"] });
    expect(stdout).toContain('<user name="--help">');
  });

  it("has the server prepare a name with other letters", () => {
    prepareNames("7374726175737320");
    expect(runWithPsql("Strauß", answering).stdout).toContain('<user name="strauss ">');
    expect(readFileSync(node.place("/asked"), "utf8")).toContain(
      `jid:nodeprep(list_to_binary([${[...Buffer.from("Strauß")].join(", ")}]))`,
    );
  });

  it.each(["a b", "", "romeo/balcony", "o'hara"])("refuses %j, which the server refuses as a name", (typed) => {
    node.fake("erl_call", "echo '{ok, refused}'");
    const { stdout, stderr, status } = runWithPsql(typed, answering);
    expect(stderr).toContain("cannot be the name of an account");
    expect({ stdout, status }).toEqual({ stdout: "", status: 2 });
  });

  it("says that the server is needed for such a name where it is down", () => {
    node.fake("erl_call", "echo 'erl_call: failed to connect'; exit 1");
    const { stderr, status } = runWithPsql("Strauß", answering);
    expect(stderr).toContain("ejabberd was not reached");
    expect(status).toBe(1);
  });

  it.each([
    ["nobody", /there is no account nobody@montague\.test/],
    ["romeo@capulet.test", /romeo@capulet\.test is not of this server/],
  ])("refuses %s and prints nothing", (account, why) => {
    const { stdout, stderr, status } = runWithPsql(account, "#!/bin/sh\ncat >/dev/null\n");
    expect(stderr).toMatch(why);
    expect(stdout).toBe("");
    expect(status).not.toBe(0);
  });

  it("never makes the account's name a part of a query", () => {
    prepareNames(Buffer.from("o'hara'; --").toString("hex").toUpperCase());
    const [script, words] = [node.place("/script"), node.place("/arguments")];
    const { stdout, status } = runWithPsql(
      "o'hara'; --",
      `#!/bin/sh\ncat >${script}\nprintf '%s\\n' "$@" >${words}\necho '${found}'\n`,
    );
    expect(status).toBe(0);
    expect(stdout).toContain(`<user name="o'hara'; --">`);
    expect(readFileSync(script, "utf8")).not.toContain("hara");
    expect(readFileSync(words, "utf8")).toContain("\nuser=o'hara'; --\n");
  });

  it("fails when the database does", () => {
    const { stderr, status } = runWithPsql(
      "romeo",
      "#!/bin/sh\ncat >/dev/null\necho 'FATAL: no such database' >&2\nexit 2\n",
    );
    expect(stderr).toMatch(/FATAL: no such database/);
    expect(status).toBe(1);
  });
});
