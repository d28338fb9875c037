import type { RecoveryRecord } from "../network/node/recovery-record.ts";
import { factList } from "../../host/terminal/text-table.ts";

const shownNames = 20;

/** Formats what a restore brought back that had been taken away, for the operator who takes it away again. */
export function describeReturned({ returned, uploadsBack }: Pick<RecoveryRecord, "returned" | "uploadsBack">): string {
  if (returned === undefined || returned === null) {
    return (
      "Passwords, login tokens, bans and removed accounts are as they were then. Which of them that changes is not known: the database " +
      "did not answer before."
    );
  }
  const lines = [
    ["removed accounts", named(returned.accounts)],
    ["lifted bans", named(returned.unbanned)],
    ["former passwords", counted(returned.passwords, "account")],
    ["login tokens", counted(returned.tokens, "device")],
    ["deleted uploads", counted(uploadsBack ?? 0, "file")],
  ] as const;
  const back = lines.filter(([, text]) => text !== "");
  const gone = `New accounts that are gone: ${String(returned.gone)}.`;
  if (back.length === 0) return `Nothing that had been taken away came back. ${gone}`;
  return (
    "Came back, though it had been taken away since. Take it away again where that was meant (docs/backups.md):\n" +
    `${factList(back)}\n${gone}`
  );
}

function named(names: readonly string[]): string {
  const more = names.length - shownNames;
  return [...names.slice(0, shownNames), ...(more > 0 ? [`and ${String(more)} more`] : [])].join(", ");
}

function counted(count: number, what: string): string {
  return count === 0 ? "" : `${String(count)} ${what}${count === 1 ? "" : "s"}`;
}
