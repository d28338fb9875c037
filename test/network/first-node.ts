import { execInside } from "../../local/incus/exec.ts";
import { runNumbered } from "../../local/run/run.ts";
import { testRunNumber } from "./cloud.ts";
import { digitaloceanList } from "./vendors.ts";

/** Runs a command as root on the network's node, 60 s at most; resolves to its standard output, throws when it fails. */
export async function onFirstNode(...command: string[]): Promise<string> {
  // The oldest: other tests make droplets beside it.
  const [droplet] = (await digitaloceanList("droplets")) as { id: number }[];
  if (droplet === undefined) throw new Error("the network has no droplet");
  const run = runNumbered(Number(testRunNumber()));
  return execInside(run, `${run.name}-droplet-${droplet.id}`, command, { timeoutMs: 60_000 });
}
