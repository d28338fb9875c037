import { afterEach, describe, expect, it } from "vitest";
import { networkUnderTest } from "./network-under-test.ts";
import { type Health, healthIs, isServing, nodeMachine } from "./node.ts";

const network = networkUnderTest();
const ballast = "/srv/imera/ballast";
const amcheck =
  "setpriv --reuid postgres --regid postgres --init-groups --reset-env /usr/lib/postgresql/17/bin/pg_amcheck --install-missing --heapallindexed ejabberd";

afterEach(async () => {
  await (await nodeMachine()).shell(`rm --force ${ballast}.*`);
});

function diskIsLow({ checks }: Health): boolean {
  return checks.some(({ name, ok }) => name === "disk" && !ok);
}

/** A shell command that leaves so much space free for everyone but root, in MiB. */
function leaveFree(mebibytes: number): string {
  const free = "$(df --output=avail --block-size=1M /srv/imera | tail --lines 1)";
  return `fallocate --length $((${free} - ${mebibytes}))M ${ballast}.$(date +%N)`;
}

describe("a full volume", () => {
  it("is told before and while; once there is space again nothing is broken and no acknowledged message is lost", async () => {
    const node = await nodeMachine();
    await using client = await network.current.sendNumbers("volume full");
    await client.acknowledges(20, 60_000);

    await node.shell(leaveFree(300));
    const before = await healthIs(node, "health to say that space runs out", diskIsLow, 30_000);
    expect(before).toMatchObject({ healthy: false, serving: true });
    await client.acknowledges(10, 30_000);

    // More than is free: what can be had is taken, as root, down to the last block.
    await node.shell(`dd if=/dev/zero of=${ballast}.rest bs=1M status=none; test $? = 1`, { timeoutMs: 120_000 });
    await node.shell(
      `for i in $(seq 40); do setpriv --reuid postgres --regid postgres --init-groups sh -c 'cd / && psql --quiet --command "CREATE TABLE filler AS SELECT generate_series(1, 100000)" --command "DROP TABLE filler" ejabberd' || exit 0; done`,
      { timeoutMs: 120_000 },
    );
    await healthIs(node, "health to say that the volume is full", diskIsLow, 60_000);

    await node.shell(`rm ${ballast}.*`);
    await isServing(node, 120_000);
    await client.acknowledges(20, 120_000);
    expect(await node.shell(`cd / && ${amcheck}`, { timeoutMs: 300_000 })).toBe("");
    await network.current.expectNothingLost(client);
  });
});
