import { createHash } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import { importSource } from "../import/import-source.ts";
import type { ImportReport } from "../import/report/report.ts";
import { openSource } from "../import/sources/open-source.ts";
import { nodeForEachTest } from "../import/testing/import-node.ts";
import { oldServer } from "../import/testing/old-server.ts";
import { makeLinks, waitingAccounts } from "./make-links.ts";

const domain = "example.org";
const node = nodeForEachTest();

const linksFor = (users: readonly string[] | null, hours = 24) => makeLinks(node().session(), { users, hours });
const jids = (links: readonly { jid: string }[]) => links.map(({ jid }) => jid);
const register = (...users: string[]) =>
  node().query(
    users
      .map(
        (user) =>
          `INSERT INTO users (username, server_host, type, password) VALUES ('${user}', '${domain}', 3, 'key-${user}');`,
      )
      .join("\n"),
  );
const ban = (user: string) =>
  node().query(`INSERT INTO private_storage (username, server_host, namespace, data)
    VALUES ('${user}', '${domain}', 'jabber:ejabberd:banned', '<banned/>')`);
const stored = () => node().query("SELECT username, digest FROM imera.reset_link ORDER BY 1");
const digestOf = (link: string) => createHash("sha256").update(link.replace(/^.*\//, "")).digest("hex");

describe("a link", () => {
  it("has a token that is nowhere in the database, and the name and mail address that the person's card has", async () => {
    await register("romeo");
    await node()
      .query(`INSERT INTO vcard_search (username, lusername, server_host, fn, lfn, family, lfamily, given, lgiven, middle,
      lmiddle, nickname, lnickname, bday, lbday, ctry, lctry, locality, llocality, email, lemail, orgname, lorgname, orgunit,
      lorgunit) SELECT 'romeo', 'romeo', '${domain}', 'Rómeo "R"', '', '', '', '', '', '', '', '', '', '', '', '', '', '', '',
      'romeo@mail.example', '', '', '', '', ''`);
    const [link] = await linksFor([`ROMEO@${domain.toUpperCase()}./phone`], 48);
    expect(link).toMatchObject({ jid: `romeo@${domain}`, name: 'Rómeo "R"', mail: "romeo@mail.example" });
    expect(link?.link).toMatch(/^https:\/\/upload\.example\.org\/reset\/[0-9a-f]{40}$/);
    expect(await stored()).toEqual([`romeo\t${digestOf(link?.link ?? "")}`]);
    const hours = (Date.parse(link?.until ?? "") - Date.now()) / 3_600_000;
    expect(hours).toBeGreaterThan(47.9);
    expect(hours).toBeLessThanOrEqual(48);
  });

  it("takes the place of an earlier one, and others of that time stay", async () => {
    await register("romeo", "juliet");
    const [juliets] = await linksFor(["juliet", "romeo"]);
    const [romeos] = await linksFor(["romeo"]);
    expect(await stored()).toEqual([
      `juliet\t${digestOf(juliets?.link ?? "")}`,
      `romeo\t${digestOf(romeos?.link ?? "")}`,
    ]);
  });

  it("that is too old is forgotten with the next one that is made", async () => {
    await register("romeo", "juliet");
    await linksFor(["juliet"]);
    await node().query("UPDATE imera.reset_link SET expires_at = now() - interval '1 second'");
    await linksFor(["romeo"]);
    expect((await stored()).map((row) => row.split("\t")[0])).toEqual(["romeo"]);
  });

  it("is made for none where one of the accounts can have none, and each of those is named", async () => {
    await register("romeo", "banned", "imera-canary", "imera-watch");
    await ban("banned");
    const refused = linksFor(["romeo", "banned", "nobody", "imera-canary", "imera-watch"]);
    for (const why of ["nobody", "banned", "imera-canary", "imera-watch"]) await expect(refused).rejects.toThrow(why);
    await expect(refused).rejects.toMatchObject({ exitCode: 2 });
    await expect(linksFor([`romeo@example.net`])).rejects.toThrow("not of this server");
    expect(await stored()).toEqual([]);
  });
});

describe("whoever was imported without a password", () => {
  let old: string;
  beforeEach(async () => {
    await register("there");
    const user = (username: string, plainPassword: string | null) => ({
      ...{
        username,
        plainPassword,
        encryptedPassword: null,
        name: null,
        email: null,
        creationDate: "0",
        modificationDate: "0",
      },
      ...{ salt: null, iterations: null, storedKey: null, serverKey: null },
    });
    old = oldServer({
      ofUser: [
        user("known", "secret"),
        user("ldap", null),
        user("late", null),
        user("locked", null),
        user("there", null),
      ],
      ofUserFlag: [{ username: "locked", name: "lockout", startTime: null, endTime: null }],
    });
    expect((await imported(old)).withoutPassword).toEqual(["late", "ldap", "locked"]);
    // The node's server would have shut it out; here nobody does.
    await ban("locked");
  });

  it("gets a link, at each time until there is a password, whatever it came by", async () => {
    expect(jids(await makeLinks(node().session(), waitingAccounts))).toEqual([`late@${domain}`, `ldap@${domain}`]);
    expect(jids(await linksFor(null))).toEqual([`late@${domain}`, `ldap@${domain}`]);
    await node().query("DELETE FROM users WHERE username = 'late'");
    await register("late");
    expect(jids(await linksFor(null))).toEqual([`ldap@${domain}`]);
  });

  it("is no longer in the report as somebody without one, once there is one", async () => {
    await node().query("DELETE FROM users WHERE username = 'late'");
    await register("late");
    const report = await imported(old);
    expect(report.withoutPassword).toEqual(["ldap", "locked"]);
    expect(report.passwords).toEqual({ known: 1, none: 2, here: 1 });
  });

  it("and was shut out gets one once that is over", async () => {
    await ban("ldap");
    expect(jids(await linksFor(null))).toEqual([`late@${domain}`]);
    await node().query("DELETE FROM private_storage");
    expect(jids(await linksFor(null))).toEqual(["late", "ldap", "locked"].map((user) => `${user}@${domain}`));
  });
});

it("nobody waits for a link on a node where nothing was imported", async () => {
  await register("romeo");
  expect(await linksFor(null)).toEqual([]);
});

async function imported(home: string): Promise<ImportReport> {
  using source = await openSource(home);
  const step = <T>(_: string, work: (report: (detail: string) => void) => Promise<T>) => work(() => undefined);
  const beforeWriting = () => Promise.resolve();
  return await importSource(source, node().session(), {
    given: home,
    fromDomain: domain,
    existing: "leave",
    beforeWriting,
    step,
  });
}
