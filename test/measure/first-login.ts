import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { cloudConfig } from "../../components/cloud-init.ts";
import { firstBootFiles, staticFiles } from "../../components/files.ts";
import { execInside, writeInside } from "../../local/incus/exec.ts";
import { deleteServiceContainer, launchServiceContainer } from "../../local/incus/service-container.ts";
import { stackFiles } from "../../local/stack.ts";
import type { RunningCloud } from "../../local/up.ts";
import { adminAccount } from "../network/accounts.ts";
import { logInWithSlixmpp } from "../network/chat-client.ts";
import { clientMachine } from "../network/client-machine.ts";
import { runningCloud } from "../network/cloud.ts";
import { repositoryRoot } from "../runner/repository.ts";
import { type Measurement, ratio, seconds, timed } from "./table.ts";

/**
 * The time from nothing to the first login in a cloud that is up, beside its floor: booting a bare machine and a bare
 * `apt-get install` of the same packages on it.
 */
export async function measureFirstLogin(cloud: RunningCloud): Promise<Measurement[]> {
  const { boot, install } = await measureFloor(cloud);
  const up = await timed(() => bringNetworkUp(cloud.run.number));
  const login = await timed(logIn);
  const whole = up + login;
  return [
    { what: "floor: boot of a bare machine", value: seconds(boot) },
    { what: "floor: `apt-get update` and `apt-get install` of the same packages", value: seconds(install) },
    { what: "`npm run local` in a cloud that is up, to its end", value: seconds(up) },
    ...(await stepsOnTheNode(cloud)),
    { what: "first login by slixmpp after that", value: seconds(login) },
    ratio("first login beside its floor", whole, boot + install, 1.5),
  ];
}

/** What the node itself says of its time: the steps of `converge`, of which the certificate runs beside the others. */
async function stepsOnTheNode({ run }: RunningCloud): Promise<Measurement[]> {
  const log = await readFile(stackFiles(run).log, "utf8");
  const lines = log.matchAll(/imera-\w+-setup-ready creating \(\d+s\) ([\w-]+): .*\((\d+\.\d+) s\)$/gm);
  return [...lines].map(([, step = "", time = ""]) => ({
    what: `of which the node's step \`${step}\``,
    value: seconds(Number(time) * 1000),
  }));
}

const bare = { name: "bare", packages: [] } as const;

async function measureFloor({ run, incus }: RunningCloud): Promise<{ boot: number; install: number }> {
  const ipv4 = run.addresses.serviceIpv4.last;
  try {
    const boot = await timed(() => launchServiceContainer(run, incus, { ...bare, ipv4 }));
    const instance = `${run.name}-${bare.name}`;
    // The pin that takes ejabberd from backports, and dpkg's settings: the same packages by the same means.
    for (const file of firstBootFiles(staticFiles()).filter(({ path }) => /^\/etc\/(apt|dpkg)\//.test(path))) {
      await writeInside(run, instance, file);
    }
    const commands = `apt-get update -q && apt-get install -y -q ${packages().join(" ")}`;
    const environment = ["env", "DEBIAN_FRONTEND=noninteractive"];
    const install = await timed(() =>
      execInside(run, instance, [...environment, "sh", "-c", commands], { timeoutMs: 600_000 }),
    );
    return { boot, install };
  } finally {
    await deleteServiceContainer(run, incus, bare.name);
  }
}

function packages(): readonly string[] {
  const firstContactPort = { first: 2222, last: 2222 };
  return cloudConfig({ firstContactPrivateKey: "", firstContactPort, files: [] }).packages;
}

async function bringNetworkUp(run: number): Promise<void> {
  const args = [join(repositoryRoot, "local/cli.ts"), "up", "--run", String(run)];
  await execa(process.execPath, args, { cwd: repositoryRoot, stdio: "inherit" });
}

async function logIn(): Promise<void> {
  const cloud = await runningCloud();
  await using machine = await clientMachine(cloud);
  await using client = await logInWithSlixmpp(machine, adminAccount(cloud));
  process.stderr.write(`logged in as ${client.jid}\n`);
}
