import { nodeDatabase } from "../../../components/model/node-facts.ts";
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
  await node.shell("nft -f -", { input: `table inet ${table} {\nchain in {\n${chain}\n}\n}` });
  return {
    ports,
    [Symbol.asyncDispose]: async () => {
      await node.shell(`nft delete table inet ${table}`);
    },
  };
}

/** Does something while ejabberd is refused each connection to its database, those that it has included, and runs on. */
export async function whileDatabaseIsAway<Value>(node: NodeMachine, work: () => Promise<Value>): Promise<Value> {
  const refusal = `tcp dport ${nodeDatabase.port} reject with tcp reset`;
  const chain = ["type filter hook input priority -300", refusal].join("\n");
  await node.shell("nft -f -", { input: `table inet ${table} {\nchain in {\n${chain}\n}\n}` });
  return work().finally(() => node.shell(`nft delete table inet ${table}`));
}
