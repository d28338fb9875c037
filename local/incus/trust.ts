import { z } from "zod";

import type { Run } from "../run.ts";
import type { Incus } from "./client.ts";
import { execInside, writeInside } from "./exec.ts";
import { readTrust } from "./hypervisor.ts";

const certificateFile = "/usr/local/share/ca-certificates/local-cloud.crt";

/**
 * Lets the droplets that run trust what the platform trusts now: a restarted ACME server has a new root. Droplets yet to be
 * made have it from their vendor data.
 */
export async function refreshTrust(run: Run, incus: Incus): Promise<void> {
  const bundle = (await readTrust(run)).join("");
  const instances = instanceList.parse(await incus.get("/instances?recursion=1"));
  const droplets = instances.filter(
    ({ name, status }) => status === "Running" && name.startsWith(`${run.name}-droplet-`),
  );
  for (const { name } of droplets) {
    await writeInside(run, name, { path: certificateFile, mode: "0644", content: bundle });
    await execInside(run, name, ["update-ca-certificates"], { timeoutMs: 60_000 });
  }
}

const instanceList = z.array(z.object({ name: z.string(), status: z.string() }));
