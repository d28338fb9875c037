import { execFileSync } from "node:child_process";
import { Script } from "node:vm";
import { expect, it } from "vitest";
import { runNumbered } from "../run/run.ts";
import { describeLogin } from "./status.ts";

const run = runNumbered(254);
const facts = {
  domain: "chat.longer.example.test",
  dns: { address: run.addresses.cloudIpv4, port: 53 },
  caBundle: run.files.caBundle,
  accounts: [{ jid: "admin@imera.test", passwordFile: "/var/lib/imera/254/passwords/admin" }],
  nodes: [{ name: "xmpp1.imera.test", publicIpv4: "10.99.254.16", privateIpv4: "10.98.254.2" }],
  toolchain: { cli: "", languageHost: "", plugins: {} },
};

it("says how to log in on 80 columns, whatever number the local cloud has", () => {
  const wide = describeLogin(run, facts)
    .split("\n")
    .filter((line) => line.length > 80);
  expect(wide).toEqual([]);
});

it("breaks commands so that a shell still takes each for one", () => {
  const [, commands = ""] = /Look around:\n([^]*?)\n\n/.exec(describeLogin(run, facts)) ?? [];
  const shown = execFileSync("sh", ["-c", `node() { echo "$#: $2"; }; openssl() { echo "$#: $*"; }\n${commands}`], {
    encoding: "utf8",
  });
  const [, program = ""] = /^2: ([^]*?)\n8: /.exec(shown) ?? [];
  expect(() => new Script(program)).not.toThrow();
  expect(shown).toContain("8: s_client -connect 10.99.254.16:5223 -servername chat.longer");
});
