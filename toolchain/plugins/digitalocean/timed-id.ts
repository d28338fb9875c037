let made = 0;

/**
 * An id for what has none in the API: what it ties together and the time (`109-203.0.113.220-20261122181431723200000002`), in
 * the official plugin's form.
 */
export function timedId(...parts: readonly string[]): string {
  made += 1;
  const digits = new Date().toISOString().replaceAll(/\D/g, "").padEnd(18, "0");
  return [...parts, `${digits}${String(made).padStart(8, "0")}`].join("-");
}
