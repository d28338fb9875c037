/** Formats a number of bytes: `12.3 MiB`. */
export function sizeText(bytes: number): string {
  const steps = ["B", "KiB", "MiB", "GiB", "TiB"];
  const step = Math.min(steps.length - 1, bytes < 1 ? 0 : Math.floor(Math.log2(bytes) / 10));
  return `${(bytes / 1024 ** step).toFixed(step === 0 ? 0 : 1)} ${steps[step] ?? "B"}`;
}

/** Formats a length of time in its two largest units: `2 h 3 min`, `45 s`, `12 d 4 h`. */
export function durationText(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const parts = [
    [Math.floor(whole / 86_400), "d"],
    [Math.floor((whole % 86_400) / 3600), "h"],
    [Math.floor((whole % 3600) / 60), "min"],
    [whole % 60, "s"],
  ] as const;
  const first = parts.findIndex(([count]) => count > 0);
  if (first === -1) return "0 s";
  const shown = parts.slice(first, first + 2).filter(([count]) => count > 0);
  return shown.map(([count, unit]) => `${count} ${unit}`).join(" ");
}

/** Formats a moment, RFC 3339: `2026-11-22 10:11:12 UTC`. Text that is no time stays as it is. */
export function momentText(time: string): string {
  const milliseconds = Date.parse(time);
  if (Number.isNaN(milliseconds)) return time;
  return `${new Date(milliseconds).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/**
 * Formats a moment, RFC 3339, with its age: `2026-11-22 10:11:12 UTC (3 min ago)`. Text that is no time stays as it is.
 */
export function agoText(time: string, nowMs = Date.now()): string {
  const seconds = (nowMs - Date.parse(time)) / 1000;
  return Number.isNaN(seconds) ? time : `${momentText(time)} (${durationText(seconds)} ago)`;
}
