import { z } from "zod";
import type { ClientMachine } from "../client-machine.ts";
import { filledAccount, fillPlan } from "../clients/fill/plan.ts";
import { ask } from "./client-program.ts";
import type { FillingRecord } from "./filling-record.ts";
import { nodeMachine, query } from "./node.ts";

/** Schema of an inventory of a network that was filled. */
export const inventory = z.object({
  /** Rows that name an account or a room of the filling, by table: how many and a checksum of them. */
  tables: z.record(z.string(), z.string()),
  /** SHA-256 of each upload as it is fetched from outside, in the filling's order. */
  uploads: z.array(z.string()),
  /** Some accounts as their users see them. */
  accounts: z.array(z.unknown()),
});

/** Inventory of what a network holds of its filling. Two are equal when nothing is lost, changed or doubled. */
export type Inventory = z.infer<typeof inventory>;

/** These hold when somebody was there last, and the like: they change by use. */
const changedByUse = ["last", "spool", "push_session", "fast_auth_tokens", "auth_tokens"];
/** First, some and last of those that publish OMEMO keys. */
const visited = [0, 7, fillPlan.withKeys - 1];

/** Takes an inventory: by SQL what is stored, by HTTPS and XMPP what is served. */
export async function takeInventory(machine: ClientMachine, filling: FillingRecord): Promise<Inventory> {
  const urls = filling.uploads.map(({ url }) => url);
  const [tables, uploads, accounts] = await Promise.all([
    tablesOf(filling),
    ask(machine, "fetch-uploads.ts", urls),
    Promise.all(visited.map((index) => ask(machine, "read-account.ts", filledAccount(filling, index)))),
  ]);
  return inventory.parse({ tables, uploads, accounts });
}

async function tablesOf({ seed }: FillingRecord): Promise<Record<string, string>> {
  const node = await nodeMachine();
  const names = await query(node, "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1;");
  const ours = `-${seed.slice(0, 6)}`;
  const each = names
    .filter((name) => !changedByUse.includes(name))
    .map((name) => {
      const rows = `SELECT row::text AS line FROM "${name}" AS row`;
      const filled = `line LIKE '%${ours}%' AND line NOT LIKE '%numbers-%'`;
      return `SELECT '${name}', count(*), md5(string_agg(line, '' ORDER BY line)) FROM (${rows}) AS lines WHERE ${filled};`;
    });
  const counted = (await query(node, each.join("\n"))).map((line) => line.split("|"));
  const found = counted.filter(([, rows]) => rows !== "0");
  return Object.fromEntries(found.map(([name = "", rows = "", sum = ""]) => [name, `${rows} rows, ${sum}`]));
}
