import { setTimeout as sleep } from "node:timers/promises";
import { tryTcp } from "../../../scripts/probes/port-scan.ts";
import { digitaloceanList } from "../vendors.ts";

/** A port that answered, and when it first did, in milliseconds since 1970. */
export interface Opening {
  readonly address: string;
  readonly port: number;
  readonly at: number;
}

/** Looks again and again at what clients and servers connect to. */
export interface PortWatch {
  /** Ends it; resolves to the first answer of each port. */
  stop(): Promise<readonly Opening[]>;
}

/** Clients, other servers, web: in the clear with STARTTLS and by direct TLS. */
const ports = [5222, 5223, 5269, 5270, 443];
const intervalMs = 250;
const patienceMs = 1_000;

/** Watches the old address of a node and whatever address a droplet has from now on. */
export function watchPorts(oldAddress: string): PortWatch {
  const openings = new Map<string, Opening>();
  const ending = new AbortController();
  const look = async (address: string, port: number): Promise<void> => {
    if (openings.has(`${address} ${port}`) || (await tryTcp(address, port, patienceMs)) !== "open") return;
    // By the answer, not by the attempt: its SYN is sent again, and may meet a port that was shut when it began.
    openings.set(`${address} ${port}`, { address, port, at: Date.now() });
  };
  const watch = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      const addresses = new Set([oldAddress, ...(await addressesOfDroplets())]);
      await Promise.all([...addresses].flatMap((address) => ports.map((port) => look(address, port))));
      await sleep(intervalMs);
    }
  };
  const watching = watch();
  return {
    stop: async () => {
      ending.abort();
      await watching;
      return [...openings.values()];
    },
  };
}

async function addressesOfDroplets(): Promise<string[]> {
  const droplets = (await digitaloceanList("droplets")) as DropletAnswer[];
  return droplets.flatMap(({ networks }) =>
    networks.v4.filter(({ type }) => type === "public").map(({ ip_address }) => ip_address),
  );
}

interface DropletAnswer {
  readonly networks: { readonly v4: readonly { readonly type: string; readonly ip_address: string }[] };
}
