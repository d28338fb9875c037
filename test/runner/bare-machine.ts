import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { takeDown } from "../../local/commands/down.ts";
import { startEngine } from "../../local/incus/engine.ts";
import { execInside, incusEnvironment } from "../../local/incus/exec.ts";
import { importBaseImage } from "../../local/incus/images.ts";
import { launchServiceContainer } from "../../local/incus/service-container.ts";
import { createNamespace } from "../../local/network/namespace.ts";
import { openOutbound } from "../../local/network/outbound.ts";
import { upstreamResolvers } from "../../local/preparation/upstream-resolvers.ts";
import { runNumbered, type Run } from "../../local/run/run.ts";
import { bareMachineImage, bareRootfs } from "./bare-machine-image.ts";
import { parseFailures } from "./failures.ts";
import type { Report } from "./grouped-lines.ts";
import { testRun } from "./local-cloud.ts";
import { npmSettings } from "./npm-settings.ts";
import { parseTally, type Phase, type Tally } from "./phase.ts";
import { runReported } from "./run-reported.ts";
import { bundleBranch, bundleSource } from "./source-bundle.ts";

/**
 * Clones the repository onto a bare machine and runs `npm run check -- --processes` there: Debian 13 with git, nodejs, npm and what they
 * depend on, no cache and nothing beside the clone. Its tests are this phase's. The machine is a container in a local cloud
 * without APIs, the number before the other tests', and is gone afterwards.
 */
export const bareMachine: Phase = {
  name: "static checks and unit tests on a bare machine",
  needs: [bareMachineImage.name],
  async run(report) {
    const run = runNumbered(testRun - 1);
    await takeDown(run, silently);
    try {
      return await check(run, await startMachine(run), report);
    } finally {
      await takeDown(run, silently);
    }
  },
};

const silently = <T>(_title: string, work: (report: () => void) => Promise<T>): Promise<T> => work(() => undefined);

/** Resolves to the instance's name. */
async function startMachine(run: Run): Promise<string> {
  await mkdir(run.folder, { recursive: true, mode: 0o700 });
  await createNamespace(run);
  await openOutbound(run);
  const incus = await startEngine(run);
  await importBaseImage(run, incus, await bareRootfs());
  const folder = await mkdtemp(join(tmpdir(), "imera-bare-"));
  try {
    return await launchServiceContainer(run, incus, {
      name: "bare",
      ipv4: run.addresses.serviceIpv4.first,
      packages: [],
      files: [
        { path: "/etc/resolv.conf", mode: "0644", content: nameservers(await upstreamResolvers()) },
        { path: bundlePath, mode: "0644", content: await readFile(await bundleSource(folder)) },
        ...(await npmSettings()),
      ],
    });
  } finally {
    await rm(folder, { recursive: true });
  }
}

const bundlePath = "/root/source.bundle";
const clonePath = "/clone";

function nameservers(addresses: readonly string[]): string {
  return addresses.map((address) => `nameserver ${address}\n`).join("");
}

async function check(run: Run, instance: string, report: Report): Promise<Tally> {
  const clone = ["git", "clone", "--quiet", "--branch", bundleBranch, bundlePath, clonePath];
  await execInside(run, instance, clone, { timeoutMs: 60_000 });
  let tally: Tally | undefined;
  const lines: string[] = [];
  const { exitCode, sentence } = await runReported(
    (line) => {
      tally = parseTally(line) ?? tally;
      lines.push(line);
      report(line);
    },
    {
      file: "incus",
      args: ["exec", "--cwd", clonePath, instance, "--", "npm", "run", "--silent", "check", "--", "--processes"],
      environment: incusEnvironment(run),
    },
  );
  if (tally === undefined || (exitCode !== 0 && tally.failed === 0)) throw new Error(sentence);
  return { ...tally, failures: parseFailures(lines) };
}
