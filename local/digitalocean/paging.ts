import type { Context } from "hono";
import { unprocessable } from "./errors.ts";

/**
 * Puts one page of `items` under `key`, with DigitalOcean's `links` and `meta`: `page` from 1, `per_page` from 1 to 200 (20
 * when not given). Throws 422 for other values.
 */
export function page(c: Context, key: string, items: readonly unknown[]) {
  const number = readNumber(c, "page", 1, Number.MAX_SAFE_INTEGER);
  const perPage = readNumber(c, "per_page", 20, 200);
  const last = Math.max(1, Math.ceil(items.length / perPage));
  const href = (target: number) => {
    const url = new URL(c.req.url);
    url.searchParams.set("page", String(target));
    return url.href;
  };
  const pages = {
    ...(number > 1 ? { first: href(1), prev: href(number - 1) } : {}),
    ...(number < last ? { next: href(number + 1), last: href(last) } : {}),
  };
  return {
    [key]: items.slice((number - 1) * perPage, number * perPage),
    links: Object.keys(pages).length === 0 ? {} : { pages },
    meta: { total: items.length },
  };
}

function readNumber(c: Context, name: string, absent: number, maximum: number): number {
  const text = c.req.query(name) ?? String(absent);
  const value = /^\d+$/.test(text) ? Number(text) : 0;
  if (value < 1 || value > maximum) throw unprocessable(`${name} must be a number from 1 to ${maximum}.`);
  return value;
}
