import { z } from "zod";
import { runProgram } from "../network/node/program.ts";
import type { NodeSession } from "../network/node/ssh.ts";

const counts = z.object({ accounts: z.number(), messages: z.number(), newest: z.string().nullable() });

/**
 * Numbers of what a restore to a time would undo in a network's database: accounts that are new or have got another password since,
 * which the server does not tell apart, and archived messages; `newest` is the time of the newest message in the archive.
 */
export type Losses = z.infer<typeof counts>;

/**
 * Counts in the node's database what came after `time`, RFC 3339 in UTC. Rejects where the database does not answer, which a
 * restore may be meant to mend.
 */
export async function countLosses(session: NodeSession, time: string): Promise<Losses> {
  // ejabberd's own schema: an account has a row for each hash of its password, made anew with each password, with that time in UTC; an
  // archived message has its time in microseconds since 1970.
  const after = `timestamptz '${new Date(time).toISOString()}'`;
  const query = `SELECT json_build_object(
    'accounts', (SELECT count(DISTINCT (server_host, username)) FROM users WHERE created_at > (${after} AT TIME ZONE 'UTC')),
    'messages', (SELECT count(*) FROM archive WHERE timestamp > extract(epoch FROM ${after}) * 1000000),
    'newest', (SELECT to_timestamp(max(timestamp) / 1000000.0) AT TIME ZONE 'UTC' FROM archive));`;
  const psql = ["psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set", "ON_ERROR_STOP=1"] as const;
  const answer = await runProgram(session, ["runuser", "-u", "postgres", "--", ...psql, "ejabberd"], {
    stdin: query,
    timeoutMs: 120_000,
  });
  return counts.parse(JSON.parse(answer));
}

/**
 * Formats losses as a sentence for the operator who decides. `time` is the time of the restore as text. An error in the place of
 * the losses: they could not be counted.
 */
export function describeLosses(losses: Losses | Error, time: string): string {
  const begin = `Everything after ${time} will be gone: `;
  const rest = "every other change since, such as contacts, rooms and settings";
  const back =
    "What was taken away since comes back: former passwords, login tokens of lost devices, banned and removed accounts, deleted uploads. " +
    "The end of the restore names them.";
  if (losses instanceof Error) {
    return `${begin}messages, accounts and ${rest}. How many is unknown, since the database does not answer: ${lastLine(losses)}\n${back}`;
  }
  const { accounts, messages } = losses;
  const changed = accounts === 1 ? "that is new or has another password" : "that are new or have another password";
  return `${begin}${counted(messages, "archived message")}, ${counted(accounts, "account")} ${changed}, and ${rest}.\n${back}`;
}

function lastLine({ message }: Error): string {
  return message.trim().split("\n").at(-1)?.trim() ?? message;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
