import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { z } from "zod";
import { readIfThere } from "../../../host/read-if-there.ts";
import { runNumbered } from "../../../local/run/run.ts";
import { adminAccount } from "../accounts.ts";
import type { ClientMachine } from "../client-machine.ts";
import type { FillOrder } from "../clients/fill/plan.ts";
import { type Cloud, testRunNumber } from "../cloud.ts";
import { ask } from "./client-program.ts";
import { filled, fillingRecord } from "./filling-record.ts";
import { inventory, takeInventory } from "./inventory.ts";

const filling = fillingRecord.extend({ inventory });

/** Record of a filling, with the inventory that was taken right after it. */
export type Filling = z.infer<typeof filling>;

/** Fills the tests' network once; a second call, from whatever test, finds what the first one did. */
export async function fillNetwork(cloud: Cloud, machine: ClientMachine): Promise<Filling> {
  const before = await readIfThere(fillingFile());
  if (before !== undefined) return filling.parse(JSON.parse(before));
  const admin = adminAccount(cloud);
  const password = (await readFile(admin.passwordFile, "utf8")).trim();
  const seed = randomBytes(16).toString("hex");
  const order: FillOrder = { domain: cloud.status.domain, seed, admin: { jid: admin.jid, password } };
  const record = fillingRecord.parse({
    ...order,
    ...filled.parse(await ask(machine, "fill-network.ts", order, 300_000)),
  });
  const done = { ...record, inventory: await takeInventory(machine, record) };
  await writeFile(fillingFile(), JSON.stringify(done), { mode: 0o600 });
  return done;
}

/** In the run's folder, and so gone with the local cloud. */
function fillingFile(): string {
  return join(runNumbered(Number(testRunNumber())).folder, "filling.json");
}
