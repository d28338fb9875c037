import { existsSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { execa } from "execa";
import { aptInstall, ensureGo } from "../../local/preparation/host-packages.ts";
import type { Phase } from "./phase.ts";

/** Debian packages that tests need, and a command that works once they are there. */
interface HostTool {
  readonly aptPackages: readonly string[];
  readonly probe: readonly [program: string, ...args: string[]];
  readonly neededFor: string;
}

const hostTools: readonly HostTool[] = [
  {
    aptPackages: ["shellcheck"],
    probe: ["shellcheck", "--version"],
    neededFor: "checking the droplet's shell scripts",
  },
  { aptPackages: ["systemd"], probe: ["systemd-analyze", "--version"], neededFor: "checking the droplet's units" },
  { aptPackages: ["jq"], probe: ["jq", "--version"], neededFor: "running a node's steps" },
  { aptPackages: ["nftables"], probe: ["nft", "--version"], neededFor: "checking the droplets' firewalls" },
  { aptPackages: ["openssh-client"], probe: ["/usr/bin/test", "-x", "/usr/bin/ssh-keygen"], neededFor: "reading keys" },
  {
    aptPackages: ["python3-venv"],
    probe: ["python3", "-c", "import ensurepip, venv"],
    neededFor: "checking the types of the droplet's Python",
  },
  {
    // The tests start it themselves, on loopback.
    aptPackages: ["openssh-server"],
    probe: ["/usr/bin/test", "-x", "/usr/sbin/sshd"],
    neededFor: "replaying what remote commands do",
  },
  { aptPackages: ["libxml2-utils"], probe: ["xmllint", "--version"], neededFor: "checking exported accounts" },
  { aptPackages: ["openssl"], probe: ["openssl", "version"], neededFor: "looking at certificates" },
  {
    // aiodns is only recommended by slixmpp, which cannot look up SRV records without it.
    aptPackages: ["python3-slixmpp", "python3-aiodns"],
    probe: ["/usr/bin/python3", "-c", "import slixmpp, aiodns"],
    neededFor: "logging in with slixmpp",
  },
  { aptPackages: ["go-sendxmpp"], probe: ["go-sendxmpp", "--version"], neededFor: "logging in with go-sendxmpp" },
  { aptPackages: ["profanity"], probe: ["profanity", "--version"], neededFor: "logging in with profanity" },
  {
    // The tests start the servers themselves, on sockets.
    aptPackages: ["postgresql", "postgresql-client"],
    probe: ["/bin/sh", "-c", "ls /usr/lib/postgresql/*/bin/initdb && command -v pg_dump"],
    neededFor: "reading dumps of PostgreSQL",
  },
  {
    aptPackages: ["mariadb-server", "mariadb-client"],
    probe: ["/bin/sh", "-c", "command -v mariadbd mariadb-install-db mariadb-dump"],
    neededFor: "reading dumps of MariaDB",
  },
  { aptPackages: ["tmux"], probe: ["tmux", "-V"], neededFor: "giving profanity a terminal" },
];

/** Lane of phases that wait for the mirror of Debian's packages. */
export const mirrorLane = "package mirror";

/** Installs what tests need from the distribution; each program counts as one test. */
export const hostToolsPhase: Phase = {
  name: "programs from the distribution",
  lane: mirrorLane,
  async run(report) {
    // Builds actionlint, which needs a newer one than Debian 12 has.
    await ensureGo(report);
    const missing = await missingTools();
    if (missing.length > 0) {
      const packages = missing.flatMap((tool) => tool.aptPackages);
      report(`  installing ${packages.join(", ")}`);
      await install(packages);
    }
    const still = await missingTools();
    for (const tool of still) {
      report(`  ✗ ${tool.probe.join(" ")} does not run (${tool.aptPackages.join(", ")}, for ${tool.neededFor})`);
    }
    return { passed: hostTools.length - still.length, failed: still.length };
  },
};

async function missingTools(): Promise<HostTool[]> {
  const works = await Promise.all(
    hostTools.map(async ({ probe: [program, ...args] }) => {
      const { failed } = await execa(program, args, { reject: false, stdin: "ignore" });
      return !failed;
    }),
  );
  return hostTools.filter((_, index) => works[index] !== true);
}

async function install(packages: readonly string[]): Promise<void> {
  if (process.getuid?.() !== 0) {
    const commandLine = `apt-get install --no-install-recommends ${packages.join(" ")}`;
    throw new Error(`missing packages, and only root can install them: sudo ${commandLine}`);
  }
  await withServicesHeldBack(() => aptInstall(packages));
  // Enabled by its package, it would answer from the next boot on.
  if (packages.includes("openssh-server") && existsSync("/run/systemd/system")) {
    await execa("systemctl", ["disable", "ssh.service", "ssh.socket"]);
  }
}

/** invoke-rc.d asks this program whether a service may start; 101 forbids it. One that is there already decides alone. */
const servicePolicy = "/usr/sbin/policy-rc.d";

async function withServicesHeldBack(work: () => Promise<void>): Promise<void> {
  if (existsSync(servicePolicy)) return work();
  await writeFile(servicePolicy, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
  try {
    await work();
  } finally {
    await rm(servicePolicy);
  }
}
