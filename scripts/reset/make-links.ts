import { InvalidArgumentError } from "commander";
import { z } from "zod";
import { runProgram } from "../network/node/program.ts";
import type { NodeSession } from "../network/node/ssh.ts";

/** Link by which a person gives an account a new password, once. */
export interface ResetLink {
  /** Bare JID. */
  readonly jid: string;
  /** Full name of the vCard; empty: it has none. */
  readonly name: string;
  /** Mail address of the vCard; empty: it has none. */
  readonly mail: string;
  /** URL: whoever has it can take the account over. */
  readonly link: string;
  /** Moment after which the link is void, RFC 3339 in UTC. */
  readonly until: string;
}

/** Accounts that get links. */
export interface WantedAccounts {
  /** User parts or JIDs; null: all who came by an import without a password and still have none. */
  readonly users: readonly string[] | null;
  /** Hours for which the links are good. */
  readonly hours: number;
}

/** Days for which a link may be good at most. */
export const mostDays = 60;
/** Days for which links of people who were imported are good: they may read their mail late. */
const importedDays = 14;

/** All who were imported without a password and still have none. */
export const waitingAccounts: WantedAccounts = { users: null, hours: importedDays * 24 };

/** Reads the number of days of a command line. Throws where links may not be good for as long. */
export function daysOf(typed: string): number {
  const days = Number(typed);
  if (Number.isInteger(days) && days >= 1 && days <= mostDays) return days;
  throw new InvalidArgumentError(`give whole days, from 1 to ${mostDays}.`);
}

/** Says which accounts are meant. Throws where nobody is, or both forms are mixed. */
export function wantedAccounts(
  users: readonly string[],
  { imported = false, days }: { readonly imported?: boolean; readonly days?: number },
): WantedAccounts {
  if (imported === users.length > 0) {
    throw new Error("Name accounts, or say --imported for all who came without a password. No link was made.");
  }
  return imported ? { users: null, hours: (days ?? importedDays) * 24 } : { users, hours: (days ?? 1) * 24 };
}

/** Makes the links on a node. Rejects, and makes none, where one of the accounts that are named can have none. */
export async function makeLinks(session: NodeSession, wanted: WantedAccounts): Promise<readonly ResetLink[]> {
  const answer = await runProgram(session, ["/usr/local/sbin/imera-reset"], { stdin: JSON.stringify(wanted) });
  return resetLinks.parse(JSON.parse(answer));
}

const resetLinks = z.array(
  z.object({ jid: z.string(), name: z.string(), mail: z.string(), link: z.url(), until: z.iso.datetime() }),
);
