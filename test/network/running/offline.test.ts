import { readFile } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { adminAccount } from "../accounts.ts";
import { clientMachine } from "../client-machine.ts";
import { runningCloud } from "../cloud.ts";
import { onFirstNode } from "../first-node.ts";
import type { Fate, OfflineOrder } from "../clients/offline-messages.ts";
import { ask } from "../outage/client-program.ts";

const preferences = ["always", "roster", "never"] as const;
const ways = ["goodbye", "timeout", "replaced"] as const;
const messages = 5;
const spoolSize = 500;
const absences: OfflineOrder["absences"] = [
  ...preferences.flatMap((preference) => ways.map((leaves) => ({ preference, leaves, messages }))),
  { preference: "always", leaves: "timeout", elsewhere: true, messages },
  { preference: "never", leaves: "timeout", elsewhere: true, messages },
  { preference: "never", leaves: "goodbye", messages: spoolSize + 3 },
];

let fates: readonly Fate[];
beforeAll(async () => {
  const cloud = await runningCloud();
  const { jid, passwordFile } = adminAccount(cloud);
  const admin = { jid, password: (await readFile(passwordFile, "utf8")).trim() };
  await using machine = await clientMachine(cloud);
  fates = (await ask(machine, "offline-messages.ts", { admin, domain: cloud.status.domain, absences })) as Fate[];
});

describe("a stranger's messages to somebody who is away", () => {
  it.each(absences.slice(0, -3).map(({ preference, leaves }, index) => ({ index, preference, leaves })))(
    "arrive once each, where the archive keeps $preference and the client left by $leaves",
    ({ index }) => {
      expect(fates[index]).toEqual({ delivered: [0, 1, 2, 3, 4], bounced: [] });
    },
  );

  it("come back from a client that is gone for good while another is online, unless the archive has them", () => {
    const [archived, unarchived] = fates.slice(-3, -1);
    expect(archived).toEqual({ delivered: [], bounced: [] });
    expect(unarchived).toEqual({ delivered: [], bounced: [0, 1, 2, 3, 4] });
  });

  it("come back where too many wait already", () => {
    const { delivered, bounced } = fates.at(-1) ?? { delivered: [], bounced: [] };
    expect([delivered.length, new Set(delivered).size]).toEqual([spoolSize, spoolSize]);
    expect(bounced).toEqual([spoolSize, spoolSize + 1, spoolSize + 2]);
  });
});

/** Has the server notify a push service that is nowhere, and prints how many registrations of it are left. */
const notifyNowhere = `
set -e; cd /usr/local/lib/imera
sql() { (cd / && runuser -u postgres -- psql --quiet --tuples-only --no-align --dbname ejabberd --command "$1"); }
nowhere=push-$(date +%s).invalid
sql "INSERT INTO push_session VALUES ('nobody', '$1', 1700000000000000, '$nowhere', 'n', '')"
python3 -B -c 'import sys; from node import ejabberd; ejabberd.erl_call(sys.argv[1] + chr(10))' \\
  "mod_push:notify(<<\\"nobody\\">>, <<\\"$1\\">>, [{{1700,0,0}, {<<>>, <<\\"$nowhere\\">>, <<>>}, <<\\"n\\">>, undefined}], none, recv)."
timeout 40 sh -c "until grep -q '$nowhere rejected notification' /var/log/ejabberd/ejabberd.log; do sleep 0.2; done"
sleep 1
sql "SELECT count(*) FROM push_session WHERE service = '$nowhere'"
sql "DELETE FROM push_session WHERE service = '$nowhere'"
`;

it("a push service that this server does not find stays registered, as it would be while its resolver is away", async () => {
  const { status } = await runningCloud();
  expect(await onFirstNode("sh", "-c", notifyNowhere, "sh", status.domain)).toBe("1");
});
