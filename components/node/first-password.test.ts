import { readFileSync, statSync } from "node:fs";
import { beforeEach, describe, expect, it } from "vitest";
import { nodeRoot, type NodeRoot } from "../testing/node-root.ts";

const step = "usr/local/lib/imera/steps/55-admin";
const secrets = "/etc/imera/secrets.json";
const given = {
  adminPassword: "first-1",
  canaryPassword: "canary-1",
  watchPassword: "watch-1",
  erlangCookie: "ABCDEFGHIJKLMNOPQRST",
};
const kept = { canaryPassword: "canary-1", watchPassword: "watch-1", erlangCookie: "ABCDEFGHIJKLMNOPQRST" };

let node: NodeRoot;
beforeEach(() => {
  node = nodeRoot();
  node.write("/etc/default/ejabberd", "ERLANG_NODE=ejabberd@xmpp1.imera.internal\nERL_DIST_PORT=5210\n");
  node.write(secrets, JSON.stringify(given));
});

/** Has ejabberd answer so to the administrator's registration, and register the accounts of this program; each expression is kept in a file. */
const ejabberd = (administrator: string) =>
  node.fake(
    "erl_call",
    `expression=$(cat); echo "$expression" >>${node.path}/expressions
case $expression in *"${codes("imera-canary")}"* | *"${codes("imera-watch")}"*) echo "{ok, {registered, ok}}" ;; *) echo "${administrator}" ;; esac`,
  );
const expressions = () => readFileSync(node.place("/expressions"), "utf8");
/** Text as the node's programs write it in Erlang. */
const codes = (text: string) => `list_to_binary([${[...Buffer.from(text)].join(", ")}])`;
const onNode = () => JSON.parse(readFileSync(node.place(secrets), "utf8")) as unknown;

describe("the administrator's first password", () => {
  it.each([
    [
      "is given to the account that is made",
      "{ok, {registered, ok}}",
      "admin: registered, canary registered, watcher registered\n",
    ],
    [
      "does nothing to one that is there",
      "{ok, there_already}",
      "admin: there already, canary registered, watcher registered\n",
    ],
  ])("%s, and is gone from the node then", (_what, answer, said) => {
    ejabberd(answer);
    expect(node.run(step)).toMatchObject({ stdout: said, stderr: "", status: 0 });
    expect(expressions()).toContain(codes("first-1"));
    expect(onNode()).toEqual(kept);
    expect(statSync(node.place(secrets)).mode & 0o777).toBe(0o600);
  });

  it("stays where the account could not be made", () => {
    ejabberd("{ok, {registered, {error, db_failure}}}");
    expect(node.run(step)).toMatchObject({ status: 1 });
    expect(onNode()).toEqual(given);
  });

  it("is none that anybody knows, where the account was deleted after it was gone", () => {
    node.write(secrets, JSON.stringify(kept));
    ejabberd("{ok, {registered, ok}}");
    expect(node.run(step).stdout).toMatch(/registered with a password that nobody knows: 'imera-set-password admin'/);
    expect(expressions()).toMatch(/try_register\(.*\[(\d+, ){39}\d+\]/);
  });
});
