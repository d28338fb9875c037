import { expect, it } from "vitest";
import { nodeMachine } from "../outage/node.ts";

it("a node installs what it lacks, though another program holds dpkg's lock and dpkg was cut off", async () => {
  const node = await nodeMachine();
  // As a first boot that failed, or a package that is new in a later version. Nothing of the network needs this one here.
  await node.shell("DEBIAN_FRONTEND=noninteractive apt-get remove --yes --quiet=2 systemd-timesyncd");
  await node.shell(
    `systemd-run --quiet --collect python3 -c '${holdLock}' && until test -e /run/held; do sleep 0.1; done`,
  );
  const said = await node.shell("/usr/local/lib/imera/steps/10-packages 8>&1", { timeoutMs: 180_000 });
  expect(said).toMatch(/packages: installed systemd-timesyncd, ejabberd \d/);
  expect(await node.shell("dpkg --audit; rm /run/held")).toBe("");
  expect(await node.shell("/usr/local/lib/imera/steps/10-packages")).toMatch(/packages: all there/);
});

const holdLock =
  'import fcntl, time; f = open("/var/lib/dpkg/lock-frontend", "w"); fcntl.lockf(f, fcntl.LOCK_EX); open("/run/held", "w"); time.sleep(8)';
