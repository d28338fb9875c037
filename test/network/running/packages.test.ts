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

it("a node tells which upgrades wait for its operator, and Debian's own timer leaves them alone", async () => {
  const node = await nodeMachine();
  // The package that is installed, as an older version: its files are the same.
  await node.shell(
    `cd "$(mktemp --directory)" && apt-get download --quiet=2 ${small} 2>&1 && dpkg-deb --raw-extract *.deb old &&
    sed --in-place 's/^Version: .*/&~old/' old/DEBIAN/control && dpkg-deb --build old old.deb && dpkg --install old.deb 2>&1`,
    { timeoutMs: 180_000 },
  );
  const plan = JSON.parse(await node.shell("imera-upgrade plan", { timeoutMs: 180_000 })) as { upgrades: unknown[] };
  await node.shell(`apt-get install --yes --quiet=2 --only-upgrade ${small}`, { timeoutMs: 180_000 });
  expect(plan.upgrades).toEqual([
    { name: small, installed: expect.stringMatching(/~old$/) as string, candidate: expect.any(String) as string },
  ]);
  const left = await node.shell("apt-config dump Unattended-Upgrade::Package-Blacklist");
  for (const name of ["^postgresql-[0-9]+$", "^ejabberd", "^erlang-"]) expect(left).toContain(`"${name}"`);
});

/** Erlang library of ejabberd's that few bytes are in. */
const small = "erlang-p1-utils";
const holdLock =
  'import fcntl, time; f = open("/var/lib/dpkg/lock-frontend", "w"); fcntl.lockf(f, fcntl.LOCK_EX); open("/run/held", "w"); time.sleep(8)';
