import { createHash, createHmac, pbkdf2Sync } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { xml } from "@xmpp/client";
import { XMLParser } from "fast-xml-parser";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newAccount } from "../accounts.ts";
import type { Account } from "../chat-client.ts";
import { type ClientMachine, clientMachine } from "../client-machine.ts";
import { type Cloud, runningCloud } from "../cloud.ts";
import { onFirstNode } from "../first-node.ts";
import { importAccount } from "../import-server.ts";
import type { FieldValues, OwnAnswers } from "../clients/configure-own-nodes.ts";
import { ask } from "../outage/client-program.ts";
import { nodeMachine, query } from "../outage/node.ts";

let machine: ClientMachine;
let owner: Account;
let other: Account;
let password: string;
let document: string;
let cloud: Cloud;

beforeAll(async () => {
  cloud = await runningCloud();
  machine = await clientMachine(cloud);
  [owner, other] = [await newAccount(cloud, machine), await newAccount(cloud, machine)];
  password = (await readFile(owner.passwordFile, "utf8")).trim();
  const fill = join(import.meta.dirname, "../clients/slixmpp_fill_account.py");
  await machine.run("/usr/bin/python3", [fill, owner.jid, owner.passwordFile, other.jid, other.passwordFile]);
  document = await onFirstNode("/usr/local/sbin/imera-export", owner.jid);
  // Rejects what is not well-formed.
  await execa("xmllint", ["--noout", "--nowarning", "-"], { input: document });
});
afterAll(async () => machine[Symbol.asyncDispose]());

describe("an exported account", () => {
  it("has credentials that the password proves, for all three mechanisms", () => {
    const credentials = user()["scram-credentials"] as Record<string, string>[];
    expect(credentials.map(hashOf)).toEqual(["sha1", "sha256", "sha512"]);
    for (const credential of credentials) {
      const hash = hashOf(credential);
      const { salt = "", "iter-count": rounds, "stored-key": storedKey, "server-key": serverKey } = credential;
      const bytes = createHash(hash).digest().length;
      const salted = pbkdf2Sync(password, Buffer.from(salt, "base64"), Number(rounds), bytes, hash);
      const keyFor = (what: string) => createHmac(hash, salted).update(what).digest();
      expect(storedKey).toBe(createHash(hash).update(keyFor("Client Key")).digest("base64"));
      expect(serverKey).toBe(keyFor("Server Key").toString("base64"));
    }
  });

  it("has the messages that waited, and the archive from the oldest on", () => {
    const { "offline-messages": offline, archive } = user() as Record<
      string,
      Record<string, Record<string, unknown>[]>
    >;
    expect(offline?.["message"]?.map(({ body }) => body)).toEqual(["when you were gone"]);
    expect(archive?.["result"]?.map(bodyOf)).toEqual(["while you are <here>", "I am leaving", "when you were gone"]);
  });

  it("has the requests to subscribe and the privacy lists", () => {
    const { presence, query: queries } = user() as Record<string, Record<string, unknown>[]>;
    expect(presence).toEqual([
      { "@_xmlns": "jabber:client", "@_type": "subscribe", "@_from": other.jid, status: "It is me & nobody else" },
    ]);
    const [lists] = queries?.filter((each) => each["@_xmlns"] === "jabber:iq:privacy") ?? [];
    expect(lists).toMatchObject({ default: { "@_name": "block" }, list: { "@_name": "block" } });
  });

  it("is as it was once somebody else's server has imported it", async () => {
    await using server = await importAccount(owner.jid, document);
    await using session = await server.logIn(password);
    const { get } = session;
    const roster = await get(xml("query", { xmlns: "jabber:iq:roster" }));
    expect(roster).toContain("<group>Friends &amp; family</group>");
    expect(roster).toContain('ask="subscribe"');
    expect(await get(xml("vCard", { xmlns: "vcard-temp" }))).toContain("<FN>Romeo Möntague</FN>");
    const notes = xml("notes", { xmlns: "storage:rosternotes" });
    expect(await get(xml("query", { xmlns: "jabber:iq:private" }, notes))).toContain("East</note>");
    const items = (node: string) =>
      get(xml("pubsub", { xmlns: "http://jabber.org/protocol/pubsub" }, xml("items", { node })));
    expect(await items("eu.siacs.conversations.axolotl.devicelist")).toMatch(/<device id="31415"\/>/);
    expect(await items("eu.siacs.conversations.axolotl.bundles:31415")).toContain(
      "<identityKey>aWRlbnRpdHk=</identityKey>",
    );
    expect(await items("urn:xmpp:bookmarks:1")).toContain('id="balcony@conference.capulet.test"');
  });
});

describe("an account with all that a column can hold", () => {
  let answers: OwnAnswers;

  beforeAll(async () => {
    const account = await newAccount(cloud, machine);
    await query(await nodeMachine(), contactsInEveryState(account.jid));
    const login = { jid: account.jid, password: (await readFile(account.passwordFile, "utf8")).trim() };
    answers = (await ask(machine, "configure-own-nodes.ts", { ...login, nodes: configurations })) as OwnAnswers;
    document = await onFirstNode("/usr/local/sbin/imera-export", account.jid);
  });

  it("has the contacts that the server's own answer has, in every state that the server knows", () => {
    const [roster] = user()["query"] as { item: object[] }[];
    expect(answers.roster).toHaveLength(46);
    expect(roster?.item.map(attributesOf)).toEqual(answers.roster);
    expect(user()["presence"]).toHaveLength(16);
  });

  it("has its nodes' settings as they were set, and as the server's own forms have them", () => {
    const [owned] = user()["pubsub"] as { configure: { "@_node": string; x: { field: FormField[] } }[] }[];
    const exported = new Map(owned?.configure.map(({ "@_node": node, x }) => [node, new Map(x.field.map(valuesOf))]));
    for (const [node, fields] of Object.entries(configurations)) {
      for (const [name, values] of Object.entries(fields)) expect(exported.get(node)?.get(name)).toEqual(values);
      const own = Object.entries(answers.forms[node] ?? {}).filter(([name]) => exported.get(node)?.has(name));
      expect(own.length).toBeGreaterThan(10);
      expect(Object.fromEntries(own.map(([name]) => [name, exported.get(node)?.get(name)]))).toEqual(
        Object.fromEntries(own),
      );
    }
  });
});

describe("an account", () => {
  afterAll(async () => {
    await query(
      await nodeMachine(),
      `DELETE FROM users WHERE username IN (${Object.keys(spellings).map(quoted).join()});`,
    );
  });

  it("is found by whatever name the server takes for it", async () => {
    await query(await nodeMachine(), Object.keys(spellings).map(copyOfOwner).join("\n"));
    for (const [name, typed] of Object.entries(spellings)) {
      for (const each of typed) {
        const whole = each.replace("DOMAIN", cloud.status.domain);
        expect(await onFirstNode("/usr/local/sbin/imera-export", "--", whole)).toContain(`<user name="${name}">`);
      }
    }
  });

  it.each(["nobody", "a b", "a/b", "romeo@example.net"])(
    "called %j is refused, and nothing is printed",
    async (name) => {
      await expect(onFirstNode("/usr/local/sbin/imera-export", name)).rejects.toMatchObject({
        exitCode: 2,
        stdout: "",
        stderr: expect.stringMatching(/no account|cannot be the name|not of this server/) as string,
      });
    },
  );
});

/** Spellings of an account by its name as the server keeps it. */
const spellings: Readonly<Record<string, readonly string[]>> = {
  strauss: ["Strauß", "STRAUSS", "strauSS@DOMAIN.", "Strauß@DOMAIN/näh"],
  fiona: ["ﬁona", "Ｆiona"],
  "-x": ["-x", "-X@DOMAIN"],
};

/** Writes the SQL that gives the owner's password to another account, which it makes. */
function copyOfOwner(name: string): string {
  const [user = "", domain = ""] = owner.jid.split("@");
  const columns = "server_host, type, password, serverkey, salt, iterationcount";
  return `INSERT INTO users (username, ${columns}) SELECT ${quoted(name)}, ${columns} FROM users
    WHERE username = ${quoted(user)} AND server_host = ${quoted(domain)};`;
}

/** Values of fields by variable, by node of the account's own. */
const configurations: Readonly<Record<string, FieldValues>> = {
  "imera:plain": { "pubsub#title": ["true"], "pubsub#max_items": ["17"], "pubsub#access_model": ["open"] },
  "imera:latin": { "pubsub#title": ["äöü é"], "pubsub#contact": ["romeo@montague.test", "montague.test"] },
  "imera:signs": { "pubsub#title": ["Größe ☃ 😀 “quoted” Ā"], "pubsub#max_items": ["max"] },
  "imera:escapes": { "pubsub#title": [String.raw`a"b\c%'d` + "\n\te"] },
  "imera:groups": { "pubsub#access_model": ["roster"], "pubsub#roster_groups_allowed": ["Größe", "☃", 'a"b'] },
};

/** Writes the SQL for two contacts in each state: with and without a name. */
function contactsInEveryState(jid: string): string {
  const [user = "", domain = ""] = jid.split("@");
  return `INSERT INTO rosterusers
      (username, server_host, jid, nick, subscription, ask, approved, askmessage, server, subscribe, type)
    SELECT ${quoted(user)}, ${quoted(domain)}, lower(s || a || n) || '@montague.test', n, s, a, n = 'x', '', 'N', '', 'item'
    FROM unnest(ARRAY['N','T','F','B']) AS s, unnest(ARRAY['N','S','U','O','I','B']) AS a, unnest(ARRAY['','x']) AS n;`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function attributesOf(element: object): Record<string, string> {
  return Object.fromEntries(
    Object.entries(element).flatMap(([name, value]) => (name.startsWith("@_") ? [[name.slice(2), String(value)]] : [])),
  );
}

interface FormField {
  readonly "@_var": string;
  readonly value?: string | string[];
}

function valuesOf({ "@_var": name, value = [] }: FormField): [string, string[]] {
  return [name, [value].flat()];
}

/** The document's user as another reader than its writer sees it. */
function user(): Record<string, unknown> {
  const lists = new Set(["scram-credentials", "query", "presence", "message", "result"]);
  const parser = new XMLParser({ ignoreAttributes: false, parseTagValue: false, isArray: (name) => lists.has(name) });
  const parsed = parser.parse(document) as { "server-data": { host: { user: Record<string, unknown> } } };
  return parsed["server-data"].host.user;
}

/** Node's name of the hash that a mechanism uses. */
function hashOf({ "@_mechanism": mechanism = "" }: Record<string, string>): string {
  return mechanism.replace("SCRAM-SHA-", "sha");
}

function bodyOf(result: Record<string, unknown>): unknown {
  const { forwarded } = result as { forwarded: { message: Record<string, unknown>[] } };
  return forwarded.message[0]?.["body"];
}
