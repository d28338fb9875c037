import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { watchUser } from "../../../components/model/node-facts.ts";
import { resumeObjectStore, stopObjectStore } from "../../../local/object-store/outage.ts";
import { runNumbered } from "../../../local/run/run.ts";
import { adminAccount } from "../accounts.ts";
import { testRunNumber } from "../cloud.ts";
import { ask } from "./client-program.ts";
import { networkUnderTest } from "./network-under-test.ts";
import { type Health, healthIs, nodeMachine } from "./node.ts";
import { backUpNow, operatorCommand } from "./operator.ts";

const network = networkUnderTest();
const run = runNumbered(Number(testRunNumber()));
afterEach(() => resumeObjectStore(run));

/** Says whether the check of the backups is green. */
function isBackedUp({ checks }: Health): boolean {
  return checks.some(({ name, ok }) => name === "backup" && ok);
}

/** Texts of the messages that the administrator got from the network itself, oldest first. */
async function toldToAdmin(): Promise<string[]> {
  const { cloud, machine } = network.current;
  const { jid, passwordFile } = adminAccount(cloud);
  const login = { jid, password: (await readFile(passwordFile, "utf8")).trim() };
  return z.array(z.string()).parse(await ask(machine, "read-archive.ts", { login, with: cloud.status.domain }));
}

async function labels(): Promise<string[]> {
  const { output } = await operatorCommand("backup", "--json");
  const status = z.object({ backups: z.array(z.object({ label: z.string() })) });
  return status.parse(JSON.parse(output.slice(output.indexOf("{")))).backups.map(({ label }) => label);
}

/** Name of the folder of the watcher's uploads, which come and go each minute. */
function folderOfWatcher(): string {
  return createHash("sha1").update(`${watchUser}@${network.current.cloud.status.domain}`).digest("hex");
}

describe("the folder of uploads", () => {
  it("is missed by the backup, which keeps what was in it, and comes back from the node's own copy", async () => {
    const node = await nodeMachine();
    const [folder, away] = ["/srv/imera/upload", "/srv/imera/upload.away"];
    const isRed = ({ checks }: Health) => checks.some(({ name, ok }) => name === "uploads" && !ok);
    await node.shell(`systemctl start imera-backup-files && mv ${folder} ${away}`);
    const failed = await operatorCommand("backup", "--now");
    expect(failed.exitCode, failed.output).not.toBe(0);
    expect(failed.output).toMatch(/uploads are lost[^]*[1-9]\d* of \d+ are gone together with[^]*uploads restore/);
    await healthIs(node, "uploads to be red", isRed, 30_000);
    const diff = `diff -r --exclude=${folderOfWatcher()} ${away} ${folder}`;
    await node.shell(`imera-backup uploads restore && ${diff} && rm -r ${away}`);
    await healthIs(node, "uploads to be well again", (health) => !isRed(health), 30_000);
  });
});

/** Program for a node's shell that looks at its newest backup as a drill does whose uploads were restored as none. */
const compareAsADrillWithoutUploads = `
set -euo pipefail
as_drill=$(mktemp -d)
jq '.purpose = "drill"' /etc/imera/node.json >"$as_drill/node.json"
jq '{outcome: "backup", restorePoint}' /srv/imera/backup/manifest.json >"$as_drill/recovery.json"
export as_drill
unshare --mount --propagation private bash -euc '
  mount --bind "$as_drill/node.json" /etc/imera/node.json
  mount --bind "$as_drill/recovery.json" /var/lib/imera/recovery.json
  mount -t tmpfs none /srv/imera/upload
  /usr/local/lib/imera/compare-backups'
rm -r "$as_drill"
`;

describe("a backup whose uploads are not there once it is restored", () => {
  it("is found out by a drill, which compares it with the earlier ones in the store", async () => {
    await backUpNow();
    // With what the former has, whatever tests ran before.
    await backUpNow();
    const node = await nodeMachine();
    const gaps = z.array(z.string()).parse(JSON.parse(await node.shell(compareAsADrillWithoutUploads)));
    expect(gaps).toEqual([
      expect.stringMatching(/^uploads: \d+ of \d+ that the backup of .* had are not in the newest one/),
    ]);
  });
});

describe("a backup store that does not answer", () => {
  it("makes health red and is told to the administrator, and so is its return", async () => {
    const node = await nodeMachine();
    await backUpNow();
    await healthIs(node, "backups to be well", isBackedUp, 60_000);
    const before = await labels();
    const toldBefore = (await toldToAdmin()).length;

    await stopObjectStore(run);
    const failed = await operatorCommand("backup", "--now");
    expect(failed.exitCode, failed.output).not.toBe(0);
    expect(failed.output).toMatch(/What to do/);
    const red = await healthIs(node, "backups to be red", (health) => !isBackedUp(health), 30_000);
    expect(red).toMatchObject({ healthy: false, serving: true });
    expect((await toldToAdmin()).slice(toldBefore).join("\n")).toMatch(/backup/);

    await resumeObjectStore(run);
    expect(await labels()).toEqual(before);
    await backUpNow();
    await healthIs(node, "backups to be well again", isBackedUp, 60_000);
    expect((await toldToAdmin()).at(-1)).toMatch(/well again/);
  });
});
