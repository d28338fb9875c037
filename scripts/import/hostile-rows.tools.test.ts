import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { importSource } from "./import-source.ts";
import { openSource } from "./sources/open-source.ts";
import { startPostgres } from "./testing/database-server.ts";
import { newImportNode } from "./testing/import-node.ts";
import { oldServer } from "./testing/old-server.ts";

const domain = "example.org";
/** Text that no index can pack. */
const noise = (length: number) =>
  Array.from({ length: Math.ceil(length / 64) }, (_, index) => createHash("sha256").update(`${index}`).digest("hex"))
    .join("")
    .slice(0, length);
const wrote = (changes: object) => ({
  ...{ fromJID: `a@${domain}`, fromJIDResource: null, toJID: `b@${domain}`, toJIDResource: null, sentDate: 1000 },
  ...{ stanza: null, body: "said", ...changes },
});
const contact = (rosterID: number, changes: object) => ({
  ...{ rosterID, username: "a", jid: `x${rosterID}@else.test`, sub: 3, ask: -1, recv: -1, nick: "X", ...changes },
});

it("what no database or no XML has is left out or reported, and all else is imported", async () => {
  await using server = await startPostgres();
  const node = await newImportNode(server);
  const home = oldServer({
    ofProperty: [{ name: "xmpp.domain", propValue: domain, encrypted: 0, iv: null }],
    ofUser: ["a", "b", "c\0d"].map((username) => ({ username, plainPassword: "secret" })),
    ofRoster: [
      contact(1, { nick: "nick\0name\u0001" }),
      contact(2, { nick: "back\\slash \\u0000 'quoted' $$ \\." }),
      contact(3, { jid: "nul\0@else.test" }),
      contact(4, { jid: `${noise(900)}@${noise(60)}.${noise(60)}.test/${noise(900)}` }),
      contact(5, { nick: noise(100_000) }),
    ],
    ofRosterGroups: [{ rosterID: 1, rank: 0, groupName: "group\0\u001f" }],
    ofOffline: [
      { username: "a", messageID: 1, creationDate: "1", stanza: "<message><body>\0</body></message>" },
      {
        username: "a",
        messageID: 2,
        creationDate: "1",
        stanza: "<message from='x@else.test'><body>whole</body></message>",
      },
    ],
    ofMessageArchive: [
      wrote({ body: "nul\0, \u0001, \ud800 and \\N\t\\." }),
      wrote({ fromJIDResource: noise(4000) }),
      wrote({ stanza: `<message id="${noise(9000)}"><body>long id</body></message>`, body: "long id" }),
      wrote({ sentDate: "99999999999999999999" }),
      wrote({ sentDate: -1 }),
      wrote({ toJID: `${noise(900)}@${domain}` }),
      wrote({ body: "last" }),
    ],
  });
  using source = await openSource(home);
  const report = await importSource(source, node.session(), {
    ...{ given: home, existing: "leave" as const, beforeWriting: () => Promise.resolve() },
    step: (_, work) => work(() => undefined),
  });
  expect(report.outcomes).toEqual({ imported: 2 });
  expect(await node.query("SELECT DISTINCT username FROM users ORDER BY 1")).toEqual(["a", "b"]);
  expect(await node.query("SELECT nick FROM rosterusers WHERE length(nick) < 100 ORDER BY jid")).toEqual(
    expect.arrayContaining(["nickname", "back\\slash \\u0000 'quoted' $$ \\."]),
  );
  expect(await node.query("SELECT DISTINCT txt FROM archive WHERE username = 'b' ORDER BY txt")).toEqual([
    "last",
    "long id",
    "nul, , \ufffd and \\N\t\\.",
  ]);
  const counted = report.kinds.filter(({ onServer, over }) => onServer !== null && onServer !== over);
  expect(counted).toEqual([]);
  const lost = report.kinds.flatMap(({ kind, reasons }) => reasons.map(({ reason, number }) => [kind, number, reason]));
  expect(lost).toEqual([
    ["accounts", 1, String.raw`no server takes the name "c\u0000d"`],
    ["contacts", 1, "no server takes its address: nul\0@else.test"],
    ["waiting messages", 1, "it is no XML of a message"],
    ["messages of people", 2, "it has no time, or no server takes an address of it"],
    ["messages of people", 1, "an address in it is longer than the archive takes"],
  ]);
});
