import { firstBootFiles, nodePackages, staticFiles } from "../../components/node/files.ts";
import { notYetOn, waitUntil } from "../../host/wait-until.ts";
import { execInside, isCommandFailure, writeInside } from "../../local/incus/exec.ts";
import { deleteServiceContainer, launchServiceContainer } from "../../local/incus/service-container.ts";
import type { Run } from "../../local/run/run.ts";
import type { RunningCloud } from "../../local/run/running-cloud.ts";
import { type Measurement, seconds, timed } from "./table.ts";

/** Times that cannot be done without, in milliseconds: a machine that boots, and a node's packages on it. */
export interface Floor {
  readonly boot: number;
  readonly install: number;
}

/** Measures the floor on this host: booting a bare machine and a bare `apt-get install` of the same packages on it. */
export async function measureFloor({ run, incus }: Pick<RunningCloud, "run" | "incus">): Promise<Floor> {
  const ipv4 = run.addresses.serviceIpv4.last;
  try {
    const instance = `${run.name}-${bare.name}`;
    const boot = await timed(async () => {
      await launchServiceContainer(run, incus, { ...bare, ipv4 });
      await isOnline(run, instance);
    });
    // The pin that takes ejabberd from backports, and dpkg's settings: the same packages by the same means.
    for (const file of firstBootFiles(staticFiles()).filter(({ path }) => /^\/etc\/(apt|dpkg)\//.test(path))) {
      await writeInside(run, instance, file);
    }
    const commands = `apt-get update -q && apt-get install -y -q ${nodePackages().join(" ")}`;
    const environment = ["env", "DEBIAN_FRONTEND=noninteractive"];
    const install = await timed(() =>
      execInside(run, instance, [...environment, "sh", "-c", commands], { timeoutMs: 600_000 }),
    );
    return { boot, install };
  } finally {
    await deleteServiceContainer(run, incus, bare.name);
  }
}

/** Resolves when the machine has its network, without which there are no packages. */
async function isOnline(run: Run, instance: string): Promise<void> {
  await waitUntil({
    what: `the network of ${instance}`,
    probe: notYetOn(isCommandFailure, async () => ({
      value: await execInside(run, instance, ["systemctl", "is-active", "network-online.target"], {
        timeoutMs: 10_000,
      }),
    })),
    intervalMs: 100,
    timeoutMs: 60_000,
  });
}

/** Makes the floor's rows for the table of measurements. */
export function floorRows({ boot, install }: Floor): Measurement[] {
  return [
    { what: "floor: boot of a bare machine", value: seconds(boot) },
    { what: "floor: `apt-get update` and `apt-get install` of the same packages", value: seconds(install) },
  ];
}

const bare = { name: "bare", packages: [] } as const;
