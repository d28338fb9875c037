import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { readIfThere } from "../../../host/read-if-there.ts";
import { runNumbered } from "../../../local/run/run.ts";
import type { ClientMachine } from "../client-machine.ts";
import { accountNamed, numberedRecipient, numberedSender } from "../clients/fill/plan.ts";
import { testRunNumber } from "../cloud.ts";
import { ask } from "./client-program.ts";
import type { FillingRecord } from "./filling-record.ts";

/** A message that the server took over. */
export interface Acknowledged {
  readonly body: string;
  /** Time of the acknowledgement, in milliseconds since 1970. */
  readonly at: number;
}

const ledger = z.array(z.object({ body: z.string(), at: z.number() }));

/** Adds what the server acknowledged to what it did in earlier tests, and gives it all. */
export async function recordAcknowledged(messages: readonly Acknowledged[]): Promise<readonly Acknowledged[]> {
  const all = [...(await acknowledgedSoFar()), ...messages];
  await writeLedger(all);
  return all;
}

/** Takes messages out that may be lost: those that a test proved to be younger than what a backup promises. */
export async function forget(bodies: ReadonlySet<string>): Promise<void> {
  await writeLedger((await acknowledgedSoFar()).filter(({ body }) => !bodies.has(body)));
}

/** Counts the messages that were acknowledged from `fromMs` to before `toMs`, in milliseconds since 1970. */
export function acknowledgedBetween(messages: readonly Acknowledged[], fromMs: number, toMs: number): number {
  return messages.filter(({ at }) => at >= fromMs && at < toMs).length;
}

/** Those of the messages that neither the sender's nor the recipient's archive holds, read as their clients would. */
export async function missingFromArchive(
  machine: ClientMachine,
  filling: FillingRecord,
  acknowledged: readonly Acknowledged[],
): Promise<Acknowledged[]> {
  const sender = accountNamed(filling, numberedSender);
  const recipient = accountNamed(filling, numberedRecipient);
  const archives = await Promise.all([
    ask(machine, "read-archive.ts", { login: sender, with: recipient.jid }),
    ask(machine, "read-archive.ts", { login: recipient, with: sender.jid }),
  ]);
  const found = new Set(archives.flatMap((bodies) => z.array(z.string()).parse(bodies)));
  return acknowledged.filter(({ body }) => !found.has(body));
}

async function acknowledgedSoFar(): Promise<Acknowledged[]> {
  const text = await readIfThere(ledgerFile());
  return text === undefined ? [] : ledger.parse(JSON.parse(text));
}

async function writeLedger(messages: readonly Acknowledged[]): Promise<void> {
  await writeFile(ledgerFile(), JSON.stringify(messages), { mode: 0o600 });
}

function ledgerFile(): string {
  return join(runNumbered(Number(testRunNumber())).folder, "acknowledged.json");
}
