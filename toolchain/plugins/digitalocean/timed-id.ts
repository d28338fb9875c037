let made = 0;

/**
 * Makes an id for a tie that has none in the API, in the official plugin's form: the ids of what it ties together, and the
 * time (`109-203.0.113.220-20261122181431723200000002`).
 */
export function timedId(...parts: readonly string[]): string {
  made += 1;
  const digits = new Date().toISOString().replaceAll(/\D/g, "").padEnd(18, "0");
  return [...parts, `${digits}${String(made).padStart(8, "0")}`].join("-");
}
