import { execInside } from "../../local/incus/exec.ts";
import { runNumbered } from "../../local/run/run.ts";
import { isCommandFailure } from "../../local/incus/exec.ts";
import { notYet, notYetOn, waitUntil } from "../../host/wait-until.ts";
import { testRunNumber } from "./cloud.ts";
import { digitaloceanRequest } from "./vendors.ts";

/** A droplet of no network; disposing it deletes it. */
export interface ScratchDroplet extends AsyncDisposable {
  readonly id: number;
  readonly publicIpv4: string;
  readonly publicIpv6: string;
  readonly vpcIpv4: string;
  /** Runs a shell command inside, 30 s at most; resolves to its standard output, throws when it fails. */
  readonly shell: (command: string) => Promise<string>;
}

/** Order of a droplet, with the names of the API's body. */
interface DropletOrder {
  readonly name: string;
  readonly region: string;
  readonly size: string;
  readonly tags?: readonly string[];
  readonly user_data?: string;
}

/** Ports that its web server answers at, on every address. The page /name holds the droplet's name. */
const scratchPorts = [8001, 8002] as const;

/** Boots a droplet of the plain Debian image and resolves when its cloud-init has ended. */
async function bootDroplet(order: DropletOrder): Promise<ScratchDroplet> {
  const body = { ...order, image: "debian-13-x64", ipv6: true };
  const { droplet } = await digitaloceanRequest<{ droplet: { id: number } }>("POST", "droplets", body);
  const { id } = droplet;
  const addresses = await addressesOf(id);
  const run = runNumbered(Number(testRunNumber()));
  const shell = (command: string) =>
    execInside(run, `${run.name}-droplet-${id}`, ["sh", "-c", command], { timeoutMs: 30_000 });
  await waitUntil({
    what: `droplet ${order.name} to have booted`,
    probe: notYetOn(isCommandFailure, async () => ({ value: await shell("test -e /run/cloud-init/result.json") })),
    intervalMs: 250,
    timeoutMs: 300_000,
  });
  return { id, ...addresses, shell, [Symbol.asyncDispose]: () => remove(id) };
}

/** Boots a droplet with a small web server and resolves when that answers. */
export async function scratchDroplet(name: string, tag: string): Promise<ScratchDroplet> {
  const droplet = await bootDroplet({ name, tags: [tag], region: "fra1", size: "s-1vcpu-1gb" });
  const { shell } = droplet;
  await shell(`mkdir -p /srv/www && echo ${name} > /srv/www/name`);
  for (const port of scratchPorts) {
    await shell(`systemd-run --quiet python3 -m http.server --bind :: --directory /srv/www ${port}`);
  }
  await waitUntil({
    what: `the web server of droplet ${name}`,
    probe: notYetOn(isCommandFailure, async () => ({
      value: await shell(scratchPorts.map((port) => fetchName("127.0.0.1", port)).join(" && ")),
    })),
    intervalMs: 250,
    timeoutMs: 30_000,
  });
  return droplet;
}

/** A shell command that prints the name of the droplet that answers at an address, and fails when none does. */
export function fetchName(address: string, port: number): string {
  return `curl --silent --show-error --fail --globoff --max-time 2 'http://${address}:${port}/name'`;
}

async function addressesOf(id: number) {
  return waitUntil({
    what: `droplet ${id} to be active`,
    probe: async () => {
      const { droplet } = await digitaloceanRequest<{ droplet: DropletAnswer }>("GET", `droplets/${id}`);
      const { v4, v6 } = droplet.networks;
      const publicIpv4 = v4.find(({ type }) => type === "public")?.ip_address;
      const vpcIpv4 = v4.find(({ type }) => type === "private")?.ip_address;
      const publicIpv6 = v6[0]?.ip_address;
      const isComplete = publicIpv4 !== undefined && vpcIpv4 !== undefined && publicIpv6 !== undefined;
      if (droplet.status !== "active" || !isComplete) return notYet(droplet.status);
      return { value: { publicIpv4, vpcIpv4, publicIpv6: `[${publicIpv6}]` } };
    },
    intervalMs: 250,
    timeoutMs: 60_000,
  });
}

interface DropletAnswer {
  readonly status: string;
  readonly networks: Record<"v4" | "v6", readonly { readonly type: string; readonly ip_address: string }[]>;
}

async function remove(id: number): Promise<void> {
  await digitaloceanRequest("DELETE", `droplets/${id}`);
  await waitUntil({
    what: `droplet ${id} to be gone`,
    probe: async () => {
      const { droplets } = await digitaloceanRequest<{ droplets: { id: number }[] }>("GET", "droplets?per_page=200");
      return droplets.some((droplet) => droplet.id === id) ? notYet("it is listed") : { value: true };
    },
    intervalMs: 250,
    timeoutMs: 60_000,
  });
}
