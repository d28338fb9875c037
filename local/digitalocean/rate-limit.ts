import type { MiddlewareHandler } from "hono";

const perHour = 5000;

/**
 * Adds DigitalOcean's headers `ratelimit-limit`, `-remaining` and `-reset` to answers. Requests are counted by the hour but
 * never refused: the stand-in plugins poll faster than the official ones.
 */
export function rateLimitHeaders(clock: () => Date): MiddlewareHandler {
  let hour = 0;
  let used = 0;
  return async (c, next) => {
    const current = Math.floor(clock().getTime() / 3_600_000);
    used = current === hour ? used + 1 : 1;
    hour = current;
    await next();
    c.header("ratelimit-limit", String(perHour));
    c.header("ratelimit-remaining", String(Math.max(0, perHour - used)));
    c.header("ratelimit-reset", String((hour + 1) * 3600));
  };
}
