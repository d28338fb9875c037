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
import { runningCloud } from "../cloud.ts";
import { onFirstNode } from "../first-node.ts";
import { importAccount } from "../import-server.ts";

let machine: ClientMachine;
let owner: Account;
let other: Account;
let password: string;
let document: string;

beforeAll(async () => {
  const cloud = await runningCloud();
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
    const { presence, query } = user() as Record<string, Record<string, unknown>[]>;
    expect(presence).toEqual([
      { "@_xmlns": "jabber:client", "@_type": "subscribe", "@_from": other.jid, status: "It is me & nobody else" },
    ]);
    const [lists] = query?.filter((each) => each["@_xmlns"] === "jabber:iq:privacy") ?? [];
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

it("an account that is not there is refused, and nothing is printed", async () => {
  const refused = onFirstNode("/usr/local/sbin/imera-export", "nobody");
  await expect(refused).rejects.toMatchObject({
    exitCode: 2,
    stdout: "",
    stderr: expect.stringContaining("no account") as string,
  });
});

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
