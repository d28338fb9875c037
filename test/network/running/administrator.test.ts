import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { administratorCommands, administratorForms } from "../../../components/ejabberd/permissions.ts";
import { adminAccount } from "../accounts.ts";
import { clientMachine } from "../client-machine.ts";
import { runningCloud } from "../cloud.ts";
import type { CommandsOrder } from "../clients/run-commands.ts";
import { onFirstNode } from "../first-node.ts";
import { ask } from "../outage/client-program.ts";

type Command = CommandsOrder["commands"][number];

const user = `test-${randomBytes(4).toString("hex")}`;
const file = `/var/lib/ejabberd/${user}`;
const xep0133 = "http://jabber.org/protocol/admin";
const call = (name: string, fields: Command["fields"] = {}): Command => ({ node: `api-commands/${name}`, fields });

/** Each would run code, write or read a file, or tell what gives control of the node. */
const forbiddenCalls = [
  ...["get_cookie", "modules_update_specs", "gc", "stop", "halt", "reload_config"].map((name) => call(name)),
  ...["module_install", "module_upgrade", "module_check"].map((name) => call(name, { module: "mod_cron" })),
  ...["backup", "dump", "install_fallback", "restore", "load", "compile"].map((name) => call(name, { file })),
  ...["export_piefxis", "import_prosody"].map((name) => call(name, { dir: file })),
  call("update", { module: "all" }),
  call("dump_config", { out: file }),
  call("create_rooms_file", { file }),
  call("push_roster", { file, user, host: "example.org" }),
  call("oauth_issue_token", { jid: `${user}@example.org`, ttl: "60", scopes: "ejabberd:admin" }),
];

let domain: string;
let answers: readonly string[];
let forbiddenForms: readonly Command[];
let wanted: readonly Command[];
beforeAll(async () => {
  const cloud = await runningCloud();
  ({ domain } = cloud.status);
  const erlangNode = `running nodes/ejabberd@xmpp1.imera.internal`;
  forbiddenForms = [
    ...["backup/backup", "backup/restore", "backup/textfile", "import/file", "import/dir"].map((name) => ({
      node: `${erlangNode}/${name}`,
      fields: { path: file },
    })),
    { node: `${erlangNode}/DB`, fields: {} },
    { node: `${erlangNode}/restart`, fields: {} },
    { node: `${erlangNode}/shutdown`, fields: {} },
    // A day later, if it was not refused.
    ...[
      `${xep0133}#restart`,
      `${xep0133}#shutdown`,
      `${xep0133}/restart`,
      "http:#jabber.org#protocol#admin#shutdown",
    ].map((node) => ({ node, fields: { delay: "86400" } })),
    { node: `${xep0133}#get-user-roster`, fields: { accountjids: `imera-canary@${domain}` } },
    { node: "config/hostname", fields: {} },
    { node: "no such command", fields: {} },
  ];
  const byForm = `${user}-form@${domain}`;
  wanted = [
    call("register", { user, host: domain, password: "first-1" }),
    call("change_password", { user, host: domain, newpass: "second-2" }),
    call("check_account", { user, host: domain }),
    call("ban_account", { user, host: domain, reason: "a test" }),
    call("unban_account", { user, host: domain }),
    call("unregister", { user, host: domain }),
    { node: `${xep0133}#add-user`, fields: { accountjid: byForm, password: "first-1", "password-verify": "first-1" } },
    { node: `${xep0133}#user-stats`, fields: { accountjid: byForm } },
    { node: `${xep0133}#end-user-session`, fields: { accountjid: byForm } },
    { node: `${xep0133}#delete-user`, fields: { accountjids: byForm } },
    call("connected_users_number"),
    call("status"),
  ];
  const { jid, passwordFile } = adminAccount(cloud);
  const login = { jid, password: (await readFile(passwordFile, "utf8")).trim() };
  await using machine = await clientMachine(cloud);
  const commands = [...forbiddenCalls, ...forbiddenForms, ...wanted];
  answers = (await ask(machine, "run-commands.ts", { login, domain, commands })) as string[];
});

describe("the administrator's client", () => {
  it.each(forbiddenCalls.map(({ node }, index) => [node, index] as const))("is refused %s", (_, index) => {
    expect(answers[index]).toContain("Error 403");
  });

  it("is refused what the server's own forms would do to files, tables and the server", () => {
    const given = answers.slice(forbiddenCalls.length, forbiddenCalls.length + forbiddenForms.length);
    expect(given).toEqual(forbiddenForms.map(() => "forbidden"));
  });

  it("looks after accounts and sessions", () => {
    const given = answers.slice(forbiddenCalls.length + forbiddenForms.length, -2);
    expect(given).toHaveLength(wanted.length);
    for (const answer of given) expect(answer).toMatch(/^(?!.*var="error").*status="completed"/s);
  });

  it("is offered what it may use, and nothing else", () => {
    const offered = [...(answers.at(-1) ?? "").matchAll(/node="api-commands\/([^"]+)"/g)].map(([, name]) => name);
    expect(offered.toSorted()).toEqual(administratorCommands.toSorted());
  });

  it("is shown no form that it may not use", () => {
    const shown = [...(answers.at(-2) ?? "").matchAll(/<item [^>]*node="([^"]+)"/g)].map(([, node = ""]) => node);
    const forms = shown.filter((node) => !node.startsWith("api-commands"));
    expect(forms.filter((node) => ![...administratorForms, "ping"].includes(node))).toEqual([]);
    expect(administratorForms.filter((node) => !forms.includes(node))).toEqual([]);
  });

  it("left no file behind", async () => {
    expect(await onFirstNode("sh", "-c", `ls -d ${file}* 2>/dev/null || true`)).toBe("");
  });
});

it("the administrator's first password lies on no node once the account is made", async () => {
  const names = (await onFirstNode("jq", "-r", "keys[]", "/etc/imera/secrets.json")).trim().split("\n");
  expect(names).toContain("canaryPassword");
  expect(names).not.toContain("adminPassword");
});

describe("a password", () => {
  const person = `${user}-own`;
  const inPython = (text: string) =>
    onFirstNode("python3", "-B", "-c", `import sys; sys.path.insert(0, "/usr/local/lib/imera"); ${text}`);
  const setUp = () => inPython(`from node import accounts; print(accounts.register("${person}", "first-1"), end="")`);
  const setPassword = (input: string) => onFirstNode("sh", "-c", `${input} | imera-set-password ${person}`);
  const accepts = (password: string) =>
    onFirstNode(
      "sh",
      "-c",
      `ejabberdctl check_password ${person} ${domain} ${password} >/dev/null && echo yes || echo no`,
    );

  it("is the stack's when the account is made, and the person's own from then on", async () => {
    expect(await setUp()).toBe("registered");
    expect((await setPassword("echo 'second 2'")).trim()).toBe(`${person}@${domain}: password set`);
    expect(await setUp()).toBe("there already");
    expect((await accepts("'second 2'")).trim()).toBe("yes");
    expect((await accepts("first-1")).trim()).toBe("no");
  });

  it("is not taken away by one that is empty, and none is made up for an account that is not there", async () => {
    await expect(setPassword("true")).rejects.toThrow(/the new one is empty/);
    await onFirstNode("ejabberdctl", "unregister", person, domain);
    await expect(setPassword("echo third-3")).rejects.toThrow(/there is no account/);
  });
});
