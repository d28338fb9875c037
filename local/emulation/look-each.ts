/**
 * Does `look` again and again, each time `intervalMs` after the last has ended. Gives what stops it, which resolves when a look
 * under way has ended. `look` must not reject.
 */
export function lookEach(intervalMs: number, look: () => Promise<void>): () => Promise<void> {
  let isOver = false;
  let timer: NodeJS.Timeout | undefined;
  let looking = Promise.resolve();
  const next = () => {
    timer = setTimeout(() => {
      looking = look().then(() => (isOver ? undefined : next()));
    }, intervalMs);
  };
  next();
  return async () => {
    isOver = true;
    clearTimeout(timer);
    await looking;
  };
}
