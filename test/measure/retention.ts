import { readFile } from "node:fs/promises";
import { execInside } from "../../local/incus/exec.ts";
import type { Run } from "../../local/run/run.ts";
import { adminAccount } from "../network/accounts.ts";
import { clientMachine } from "../network/client-machine.ts";
import { runningCloud } from "../network/cloud.ts";
import type { OwnMessagesOrder } from "../network/clients/own-messages.ts";
import { ask } from "../network/outage/client-program.ts";
import { digitaloceanList } from "../network/vendors.ts";
import { medianAndLongest, seconds, timed, type Measurement } from "./table.ts";

const messages = 1_000_000;
const quietSeconds = 30;

/**
 * End of a million messages in the archive of the network that runs, deleted as the timer on the node does, while somebody chats: how
 * long it takes, and how long messages take meanwhile and without it.
 */
export async function measureRetention(run: Run): Promise<Measurement[]> {
  const [droplet] = (await digitaloceanList("droplets")) as { id: number }[];
  if (droplet === undefined) throw new Error("the network has no droplet");
  const onNode = (...command: string[]) =>
    execInside(run, `${run.name}-droplet-${droplet.id}`, command, { timeoutMs: 3_600_000 });
  const { jid, passwordFile } = adminAccount(await runningCloud());
  const login = { jid, password: (await readFile(passwordFile, "utf8")).trim() };
  await using machine = await clientMachine(await runningCloud());
  const chat = async (order: Omit<OwnMessagesOrder, "login">) =>
    (await ask(machine, "own-messages.ts", { ...order, login }, 3_700_000)) as number[];

  const domain = jid.slice(jid.indexOf("@") + 1);
  const psql = [
    "runuser",
    "-u",
    "postgres",
    "--",
    "psql",
    "--quiet",
    "--set",
    "ON_ERROR_STOP=1",
    "--dbname",
    "ejabberd",
  ];
  await onNode(...psql, "--command", oldMessages(domain), "--command", "VACUUM ANALYZE archive");
  const before = await chat({ seconds: quietSeconds });
  const deleting = timed(() => onNode("python3", "-B", "-c", deletion));
  const meanwhile: number[] = [];
  const end = new AbortController();
  const chatting = (async () => {
    while (!end.signal.aborted) meanwhile.push(...(await chat({ seconds: 10 })));
  })();
  const took = await deleting.finally(() => {
    end.abort();
  });
  await chatting;
  return [
    { what: `end of ${messages.toLocaleString("en")} archived messages`, value: seconds(took) },
    { what: "a message without it, median and longest", value: `${medianAndLongest(before)} of ${before.length}` },
    { what: "a message meanwhile, median and longest", value: `${medianAndLongest(meanwhile)} of ${meanwhile.length}` },
  ];
}

/** SQL that archives messages of 200 people, which are 31 to 61 days old. */
function oldMessages(domain: string): string {
  return `INSERT INTO archive (username, server_host, timestamp, peer, bare_peer, xml, txt, kind, nick, origin_id)
  SELECT 'person' || n % 200, '${domain}', (extract(epoch FROM now()) - 61 * 86400) * 1000000 + n::bigint * 2592000, 'somebody@${domain}/phone',
    'somebody@${domain}', '<message type="chat"><body>' || repeat(md5(n::text), 8) || '</body></message>', md5(n::text), 'chat', '', n::text
  FROM generate_series(1, ${messages}) AS n`;
}

/** Python for the node: what imera-retention does where archiveKeepDays is 30. Fails where a message is left. */
const deletion = `import sys, time
sys.path.insert(0, "/usr/local/lib/imera")
from node.facts import facts
from retention import batches, work
facts()["retention"] = {"archiveDays": 30, "offlineDays": 0, "pushDays": 0, "pubsubDays": 0, "archiveQuotaMiB": 0}
work.delete(batches.Pace(time.monotonic() + 3500), {})
sys.exit(1 if work.due()["kinds"][0]["due"] else 0)`;
