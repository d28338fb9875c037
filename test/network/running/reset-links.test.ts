import { randomBytes } from "node:crypto";
import { readFile, stat, writeFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { writeOldServer } from "../../../scripts/import/testing/old-server.ts";
import { logInWithSlixmpp } from "../chat-client.ts";
import { type ClientMachine, clientMachine } from "../client-machine.ts";
import { type Cloud, runningCloud } from "../cloud.ts";
import { onFirstNode } from "../first-node.ts";
import { importHome } from "../import-home.ts";
import { makeResetLink, makeResetLinkOnNode, openResetLink } from "../reset-link.ts";

const person = `link-${randomBytes(4).toString("hex")}`;
const imported = `${person}-imported`;
const noLink = { status: 404, text: expect.stringContaining("invalid or expired") as unknown };

let cloud: Cloud;
let domain: string;
let machine: ClientMachine;
beforeAll(async () => {
  cloud = await runningCloud();
  ({ domain } = cloud.status);
  machine = await clientMachine(cloud);
  await register("first-password");
});
afterAll(async () => {
  await machine[Symbol.asyncDispose]();
  for (const user of [person, imported]) await onFirstNode("ejabberdctl", "unregister", user, domain);
});

const register = (password: string) => onFirstNode("ejabberdctl", "register", person, domain, password);

/** Logs in by SCRAM. */
async function logIn(user: string, password: string) {
  const passwordFile = `${machine.directory}/${user}`;
  await writeFile(passwordFile, `${password}\n`);
  return logInWithSlixmpp(machine, { jid: `${user}@${domain}`, passwordFile });
}

it("a link gives another password, once, which ends the sessions of the old one", async () => {
  await using old = await logIn(person, "first-password");
  expect(old.jid).toContain(person);
  const link = await makeResetLink(person.toUpperCase());
  // The domain's own address may be that of a web site.
  expect(link).toContain(`https://upload.${domain}/reset/`);
  expect(await openResetLink(cloud, link)).toMatchObject({ status: 200 });
  expect(await openResetLink(cloud, link, "short")).toMatchObject({ status: 400 });
  expect(await openResetLink(cloud, link, `${person}@${domain}`)).toMatchObject({ status: 400 });
  expect(await openResetLink(cloud, link, "pässwörd & + 2")).toMatchObject({ status: 200 });
  expect((await onFirstNode("ejabberdctl", "user_resources", person, domain)).trim()).toBe("");
  await using fresh = await logIn(person, "pässwörd & + 2");
  expect(fresh.jid).toContain(person);
  await expect(onFirstNode("ejabberdctl", "check_password", person, domain, "first-password")).rejects.toThrow();
  expect(await openResetLink(cloud, link)).toEqual(noLink);
  expect(await openResetLink(cloud, link, "third-password")).toEqual(noLink);
});

it("a link is void once there is a later one, another password, or another account of the name", async () => {
  const earlier = await makeResetLinkOnNode(person);
  const later = await makeResetLinkOnNode(person);
  expect(await openResetLink(cloud, earlier)).toEqual(noLink);
  expect(await openResetLink(cloud, later)).toMatchObject({ status: 200 });
  await onFirstNode("sh", "-c", `echo third-password | imera-set-password ${person}`);
  expect(await openResetLink(cloud, later)).toEqual(noLink);
  const removed = await makeResetLinkOnNode(person);
  await onFirstNode("ejabberdctl", "unregister", person, domain);
  await register("fourth-password");
  expect(await openResetLink(cloud, removed, "fifth-password")).toEqual(noLink);
});

it("a link of somebody who is banned waits until the ban is over, and its token is in no file of the node", async () => {
  const link = await makeResetLinkOnNode(person);
  await onFirstNode("ejabberdctl", "ban_account", person, domain, "test");
  expect(await openResetLink(cloud, link)).toEqual(noLink);
  await expect(makeResetLinkOnNode(person)).rejects.toThrow("banned");
  await onFirstNode("ejabberdctl", "unban_account", person, domain);
  expect(await openResetLink(cloud, link)).toMatchObject({ status: 200 });
  const token = link.replace(/^.*\//, "");
  const found = `grep -rlsF ${token} /var/log /var/lib/ejabberd /var/lib/imera /etc /run/imera* ; journalctl | grep -cF ${token}`;
  expect((await onFirstNode("sh", "-c", `${found} || true`)).trim()).toBe("0");
});

it("a link cannot be guessed: after 20 wrong ones an address has to wait, with a right one too", async () => {
  const erlang = (expression: string) =>
    onFirstNode(
      ...["python3", "-B", "-c"],
      `import sys; sys.path.insert(0, "/usr/local/lib/imera"); from node import ejabberd; print(ejabberd.erl_call('${expression}.\\n'))`,
    );
  const link = await makeResetLinkOnNode(person);
  await erlang("ets:delete_all_objects(imera_resets)");
  const answers: number[] = [];
  for (let number = 0; number < 21; number++) {
    answers.push((await openResetLink(cloud, `https://upload.${domain}/reset/${number}`)).status);
  }
  expect(answers).toEqual([...Array<number>(20).fill(404), 503]);
  expect(await openResetLink(cloud, link, "sixth-password")).toMatchObject({ status: 503 });
  await erlang("ets:delete_all_objects(imera_resets)");
  expect(await openResetLink(cloud, link)).toMatchObject({ status: 200 });
});

it("whoever is imported without a password gets a link to set one, in a file that only its owner reads", async () => {
  const nothing = { encryptedPassword: null, salt: null, iterations: null, storedKey: null, serverKey: null };
  const user = {
    username: imported,
    plainPassword: null,
    name: "Röm, éo",
    email: null,
    creationDate: "0",
    modificationDate: "0",
  };
  const home = writeOldServer(machine.directory, {
    ofUser: [{ ...user, ...nothing }],
    ofProperty: [{ name: "xmpp.domain", propValue: domain, encrypted: 0, iv: null }],
  });
  const linkIn = async (file: string) =>
    new RegExp(`"Röm, éo",${imported}@[^\\n]*(https:[^,]*),`).exec(await readFile(file, "utf8"))?.[1];
  const [file, after] = [`${machine.directory}/links.csv`, `${machine.directory}/after.csv`];
  await importHome(home, "--reset-links", file);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const link = (await linkIn(file)) ?? "";
  expect(await openResetLink(cloud, link, "a new password")).toMatchObject({ status: 200 });
  await using session = await logIn(imported, "a new password");
  expect(session.jid).toContain(imported);
  await importHome(home, "--reset-links", after);
  expect(await linkIn(after)).toBeUndefined();
  await using later = await logIn(imported, "a new password");
  expect(later.jid).toContain(imported);
});
