import { readFile } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { adminAccount } from "../accounts.ts";
import { clientMachine } from "../client-machine.ts";
import { type Cloud, runningCloud } from "../cloud.ts";
import { onFirstNode } from "../first-node.ts";
import { httpsRequest } from "../https-request.ts";
import { ask } from "../outage/client-program.ts";

/** Database with ejabberd's own tables, in which nobody's messages are. */
const scratch = "retention_check";
const day = 86_400;
let cloud: Cloud;
let domain: string;
beforeAll(async () => {
  cloud = await runningCloud();
  ({ domain } = cloud.status);
  const make = `set -e; cd /
dropdb --if-exists ${scratch}; createdb --template template0 ${scratch}
pg_dump --schema-only --dbname ejabberd | psql --quiet --set ON_ERROR_STOP=1 --dbname ${scratch} >/dev/null`;
  await asPostgres(["sh", "-c", make]);
  return async () => {
    await asPostgres(["sh", "-c", `cd /; dropdb ${scratch}`]);
  };
});

async function asPostgres(command: readonly string[]): Promise<string> {
  return onFirstNode("runuser", "-u", "postgres", "--", ...command);
}

async function sql(text: string): Promise<string> {
  return asPostgres([
    "sh",
    "-c",
    `cd /; psql --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 --dbname ${scratch} --command "$1"`,
    "sh",
    text,
  ]);
}

/** Deletes in the scratch database by these settings, as the timer does by the stack's. Resolves to the numbers by kind. */
async function deleteBy(retention: Readonly<Record<string, number>>): Promise<unknown> {
  const program = `import json, sys, time
sys.path.insert(0, "/usr/local/lib/imera")
from node.facts import facts
from retention import batches, work
facts()["database"]["name"] = "${scratch}"
facts()["retention"] = {"archiveDays": 0, "offlineDays": 0, "pushDays": 0, "pubsubDays": 0, "archiveQuotaMiB": 0, **json.loads(sys.argv[1])}
expected = work.due()
deleted = {}
work.delete(batches.Pace(time.monotonic() + 50), deleted)
print(json.dumps([{kind["what"]: kind["due"] for kind in expected["kinds"]}, deleted]))`;
  const [due, deleted] = JSON.parse(await onFirstNode("python3", "-B", "-c", program, JSON.stringify(retention))) as [
    object,
    object,
  ];
  expect(deleted).toMatchObject(due);
  return deleted;
}

/** SQL that puts messages of some days ago into the archive of an account or room. */
function archived(owner: string, count: number, days: number, bytes = 100): string {
  return `INSERT INTO archive (username, server_host, timestamp, peer, bare_peer, xml, txt, kind, nick, origin_id)
  SELECT '${owner}', '${domain}', (extract(epoch FROM now()) - ${days * day}) * 1000000 + n, 'p', 'p', repeat('x', ${bytes}), '', 'chat', '', ''
  FROM generate_series(1, ${count}) AS n;`;
}

/** Items of some days ago in a node of pubsub. */
function published(host: string, node: string, days: readonly number[]): string {
  const rows = days.map((ago, index) => {
    const seconds = Math.floor(Date.now() / 1000) - ago * day;
    const parts = [Math.floor(seconds / 1e6), seconds % 1e6, index].map((part) => String(part).padStart(6, "0"));
    return `((SELECT id FROM made), '${index}', 'p', '${parts.join(":")}', '${parts.join(":")}')`;
  });
  return `WITH made AS (INSERT INTO pubsub_node (host, node, plugin) VALUES ('${host}', '${node}', 'flat') RETURNING nodeid AS id)
  INSERT INTO pubsub_item (nodeid, itemid, publisher, creation, modification) VALUES ${rows.join(", ")};`;
}

describe("what is past its end, in the tables that ejabberd makes", () => {
  it("goes from the archives of people and rooms, and what is younger stays", async () => {
    const room = `room@conference.${domain}`;
    await sql(archived("old", 2500, 31) + archived(room, 10, 40) + archived("old", 3, 29) + archived(room, 2, 0));
    expect(await deleteBy({ archiveDays: 30 })).toEqual({ "archived messages": 2510 });
    expect(await sql("SELECT username, count(*) FROM archive GROUP BY 1 ORDER BY 1;")).toBe(`old|3\n${room}|2`);
  });

  it("goes from the messages that wait, and from the push sessions of who is not logged in", async () => {
    const waiting = (days: number) =>
      `INSERT INTO spool (username, server_host, xml, created_at) VALUES ('a', '${domain}', 'x', now() - interval '${days} days');`;
    const push = (days: number) =>
      `INSERT INTO push_session VALUES ('a', '${domain}', (extract(epoch FROM now()) - ${days * day}) * 1000000, 's', '${days}', '');`;
    await sql(waiting(31) + waiting(29) + push(31) + push(29));
    expect(await deleteBy({ offlineDays: 30, pushDays: 30 })).toEqual({ "waiting messages": 1, "push sessions": 1 });
    expect(await sql("SELECT count(*) FROM spool; SELECT node FROM push_session;")).toBe("1\n29");
  });

  it("goes from the nodes of the pubsub service but for the newest item, and from nobody's own nodes", async () => {
    const own = `alice@${domain}`;
    await sql(
      published(`pubsub.${domain}`, "news", [50, 40, 1]) +
        published(`pubsub.${domain}`, "quiet", [50, 40]) +
        published(own, "eu.siacs.conversations.axolotl.devicelist", [50, 40]),
    );
    expect(await deleteBy({ pubsubDays: 30 })).toEqual({ "pubsub items": 3 });
    const left = "SELECT node, itemid FROM pubsub_item JOIN pubsub_node USING (nodeid) ORDER BY 1, 2;";
    expect(await sql(left)).toBe(
      "eu.siacs.conversations.axolotl.devicelist|0\neu.siacs.conversations.axolotl.devicelist|1\nnews|2\nquiet|1",
    );
  });

  it("goes from the oldest of an archive above its quota, and from no other", async () => {
    await sql(`TRUNCATE archive; ${archived("large", 1500, 1, 1024)} ${archived("small", 900, 2, 1024)}`);
    expect(await deleteBy({ archiveQuotaMiB: 1 })).toEqual({ "archived messages over the quota": 579 });
    expect(
      await sql("SELECT username, count(*), min(timestamp % 1000000) > 0 FROM archive GROUP BY 1 ORDER BY 1;"),
    ).toBe("large|921|t\nsmall|900|t");
  });

  it("is found by an index of the archive, however many messages there are", async () => {
    const plan = `EXPLAIN SELECT ctid FROM archive WHERE server_host = '${domain}' AND timestamp < 1 ORDER BY timestamp LIMIT 1000;`;
    expect(await sql(`SET enable_seqscan = off; ${plan}`)).toContain("i_archive_server_host_timestamp");
  });
});

it("people are told how long what they leave here stays, by the server's vCard", async () => {
  const { jid, passwordFile } = adminAccount(cloud);
  await using machine = await clientMachine(cloud);
  const login = { jid, password: (await readFile(passwordFile, "utf8")).trim() };
  expect(await ask(machine, "read-server-vcard.ts", login)).toEqual({
    name: domain,
    description: expect.stringMatching(
      /^Messages stay .* Uploads stay for 90 days, the newest 1000 MiB of each user\. Each account may send/,
    ) as string,
  });
});

it("programs are told how long what is left here stays, by XMPP Providers' file", async () => {
  const { status, body } = await httpsRequest(cloud, `https://${domain}/.well-known/xmpp-provider-v2.json`);
  expect([status, JSON.parse(body)]).toMatchObject([
    200,
    {
      maximumMessageArchiveManagementStorageTime: 0,
      maximumHttpFileUploadStorageTime: 90,
      maximumHttpFileUploadTotalSize: 1048,
    },
  ]);
});
