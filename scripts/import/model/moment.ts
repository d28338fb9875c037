/** Reads a time of Openfire's: milliseconds since 1970 as a number, in most columns with zeros before it. Undefined for none. */
export function momentOf(milliseconds: string | null | undefined): Date | undefined {
  const number = Number(milliseconds?.trim() ?? "");
  return Number.isFinite(number) && number > 0 && number < latest ? new Date(number) : undefined;
}

/** Year 10000: RFC 3339 has none behind it. */
const latest = 253_402_300_800_000;
