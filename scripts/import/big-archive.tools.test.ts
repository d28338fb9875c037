import { expect, it } from "vitest";
import { waitUntil } from "../../host/wait-until.ts";
import { importSource } from "./import-source.ts";
import { openSource } from "./sources/open-source.ts";
import { startPostgres } from "./testing/database-server.ts";
import { newImportNode } from "./testing/import-node.ts";
import { oldServer } from "./testing/old-server.ts";

const domain = "example.org";
const room = `hall@conference.${domain}`;
const there = 20_000;
const brought = 20;
const first = 1_700_000_000_000;
const apartMs = 600_000;

/** What was said in the room every ten minutes; of it, what the source has is far apart. */
const home = () =>
  oldServer({
    ofProperty: [{ name: "xmpp.domain", propValue: domain, encrypted: 0, iv: null }],
    ofUser: [{ username: "romeo", plainPassword: "secret" }],
    ofMucService: [{ serviceID: 1, subdomain: "conference" }],
    ofMucRoom: [{ serviceID: 1, roomID: 7, name: "hall", naturalName: "Hall", lockedDate: "0", logEnabled: 1 }],
    ofMucConversationLog: Array.from({ length: brought }, (_, index) => ({
      ...{ roomID: 7, sender: `romeo@${domain}/r`, nickname: "N", subject: null, body: `brought ${index}` },
      logTime: String(first + Math.floor((index * there) / brought) * apartMs),
    })),
  });

it("a small source costs little where the archive is large", async () => {
  await using server = await startPostgres();
  const node = await newImportNode(server);
  await node.query(`INSERT INTO archive (username, server_host, timestamp, peer, bare_peer, xml, txt, kind)
    SELECT '${room}', '${domain}', (${first} + n * ${apartMs}::bigint) * 1000, 'x', 'x', '<message>' || n || '</message>', n, 'groupchat'
    FROM generate_series(0, ${there - 1}) AS n; ANALYZE archive`);
  using source = await openSource(home());
  const report = await importSource(source, node.session(), {
    ...{ given: "home", existing: "leave" as const, beforeWriting: () => Promise.resolve() },
    step: (_, work) => work(() => undefined),
  });
  expect(report.kinds.find(({ kind }) => kind === "messages of rooms")).toMatchObject({
    over: brought,
    onServer: brought,
  });
  expect(await node.query(`SELECT count(*) FROM archive`)).toEqual([String(there + brought)]);
  // Sessions tell what they have read once they have ended.
  const read = await waitUntil({
    what: "the number of rows that the import read",
    probe: async () => {
      const [rows = "", inserted = ""] = await node.query(
        "SELECT idx_tup_fetch + seq_tup_read FROM pg_stat_user_tables WHERE relname = 'archive'; SELECT n_tup_ins FROM pg_stat_user_tables WHERE relname = 'archive'",
      );
      return Number(inserted) < there + brought ? { seen: `${inserted} inserted` } : { value: Number(rows) };
    },
    intervalMs: 200,
    timeoutMs: 30_000,
  });
  // The question above for their number has read them all once, as has ANALYZE.
  expect(read).toBeLessThan(2 * there + 50 * brought);
});
