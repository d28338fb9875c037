import { execa } from "execa";
import { nodeDatabase } from "../../../components/model/node-facts.ts";
import { instanceName } from "../../../local/incus/droplets.ts";
import { incusEnvironment } from "../../../local/incus/exec.ts";
import { runNumbered } from "../../../local/run/run.ts";
import { testRunNumber } from "../cloud.ts";
import type { NodeMachine } from "./node.ts";

/** Connections of a node's ejabberd to its database that are dead in silence: until disposed of, no packet of theirs arrives. */
export interface DeadConnections extends AsyncDisposable {
  /** Ports on ejabberd's side. */
  readonly ports: readonly number[];
}

const table = "dead_connections";

/** Has every packet of the connections that exist vanish, as when the machine at their other end is gone. New ones work. */
export async function killConnectionsInSilence(node: NodeMachine): Promise<DeadConnections> {
  const { host, port } = nodeDatabase;
  const listing = await node.shell(`ss --no-header --tcp --numeric state established dst ${host} dport = ${port}`);
  const ports = [...listing.matchAll(/:(\d+)\s+\S+:\d+\s*$/gm)].map(([, own]) => Number(own));
  if (ports.length === 0) throw new Error(`no connection to the database: ${listing}`);
  const packets = [`tcp sport ${port} tcp dport`, `tcp dport ${port} tcp sport`];
  const rules = packets.map((direction) => `${direction} { ${ports.join(", ")} } drop`);
  // Where packets arrive: at their way out the sender would be told.
  const chain = ["type filter hook input priority -300", ...rules].join("\n");
  await inNetworkOf(node, `table inet ${table} {\nchain in {\n${chain}\n}\n}`);
  return { ports, [Symbol.asyncDispose]: () => inNetworkOf(node, `delete table inet ${table}`) };
}

/** Runs nftables' commands in the node's network, by the machine's own nft: a node need not have it. */
async function inNetworkOf({ dropletId }: NodeMachine, commands: string): Promise<void> {
  const run = runNumbered(Number(testRunNumber()));
  const path = `/1.0/instances/${instanceName(run, dropletId)}/state`;
  const { stdout } = await execa("incus", ["query", path], { env: incusEnvironment(run) });
  const { pid } = JSON.parse(stdout) as { pid: number };
  await execa("nsenter", ["--target", String(pid), "--net", "nft", "-f", "-"], { input: commands });
}
