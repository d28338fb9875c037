import { z } from "zod";
import { runProgram } from "../network/node/program.ts";
import type { NodeSession } from "../network/node/ssh.ts";

const counts = z.object({ accounts: z.number(), messages: z.number(), newest: z.string().nullable() });

/**
 * Numbers of accounts and archived messages that have come into a network's database after a time, and would be lost by
 * a restore to that time; `newest` is the time of the newest message in the archive.
 */
export type Losses = z.infer<typeof counts>;

/** Counts in the node's database what came after `time`, RFC 3339 in UTC. */
export async function countLosses(session: NodeSession, time: string): Promise<Losses> {
  // ejabberd's own schema: an account has a row for each hash of its password, with its creation in UTC; an archived message
  // has its time in microseconds since 1970.
  const after = `timestamptz '${new Date(time).toISOString()}'`;
  const query = `SELECT json_build_object(
    'accounts', (SELECT count(DISTINCT (server_host, username)) FROM users WHERE created_at > (${after} AT TIME ZONE 'UTC')),
    'messages', (SELECT count(*) FROM archive WHERE timestamp > extract(epoch FROM ${after}) * 1000000),
    'newest', (SELECT to_timestamp(max(timestamp) / 1000000.0) AT TIME ZONE 'UTC' FROM archive));`;
  const psql = ["psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set", "ON_ERROR_STOP=1"] as const;
  const answer = await runProgram(session, ["runuser", "-u", "postgres", "--", ...psql, "ejabberd"], { stdin: query });
  return counts.parse(JSON.parse(answer));
}

/** Formats losses as a sentence for the operator who decides. `time` is the time of the restore as text. */
export function describeLosses({ accounts, messages }: Losses, time: string): string {
  const rest = "and every other change since, such as contacts, rooms, settings and uploads";
  return `Everything after ${time} will be gone: ${counted(messages, "archived message")}, ${counted(accounts, "new account")}, ${rest}.`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
