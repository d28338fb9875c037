import { factList } from "../../host/terminal/text-table.ts";
import type { Trace } from "./trace-message.ts";

/** Describes a message's way for people: each step, and where it ended. */
export function describeTrace({ from, to, arrived, steps }: Trace): string {
  const last = steps.at(-1);
  const lines = steps.map(
    ({ name, ok, seen, seconds }) => [`${ok ? "✓" : "✗"} ${name}`, `${seen} (${seconds} s)`] as const,
  );
  const verdict = arrived
    ? `A message from ${from} to ${to} was taken all the way.`
    : `A message${from === "" ? "" : ` from ${from}`} to ${to} comes as far as: ${last?.name ?? "nothing"}.`;
  const next = last === undefined || last.ok || last.next === "" ? [] : [`  next  ${last.next}`];
  return [verdict, factList(lines), ...next].join("\n\n");
}
