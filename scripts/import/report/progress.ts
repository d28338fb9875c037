/** Writes how far something is, as `█████░░░░░  50 %, 250 of 500, 2 min left`. */
export type Progress = (done: number) => string;

/** Begins the progress of `total` things, at the moment `startMs`. `nowMs` tells the time. */
export function newProgress(total: number, nowMs: () => number = Date.now): Progress {
  const startMs = nowMs();
  return (done) => {
    const share = total === 0 ? 1 : Math.min(1, done / total);
    const filled = Math.floor(share * width);
    const bar = "█".repeat(filled) + "░".repeat(width - filled);
    return `${bar} ${String(Math.floor(share * 100)).padStart(3)} %, ${done} of ${total}${timeLeft(share, nowMs() - startMs)}`;
  };
}

const width = 20;

/** Nothing can be said before some of it is done. */
function timeLeft(share: number, passedMs: number): string {
  if (share === 1 || passedMs < 3000 || share < 0.01) return "";
  const seconds = Math.ceil(((passedMs / share) * (1 - share)) / 1000);
  return seconds < 90 ? `, ${seconds} s left` : `, ${Math.ceil(seconds / 60)} min left`;
}
