import { createHash } from "node:crypto";
import { text } from "node:stream/consumers";
import { z } from "zod";
import { eachOf } from "./session.ts";

/** Fetches files over HTTPS. Standard input: their addresses as a JSON array. Standard output: their SHA-256, in that order. */
async function main(): Promise<void> {
  const urls = z.array(z.string()).parse(JSON.parse(await text(process.stdin)));
  const sums = await eachOf(urls, 4, async (url) => {
    const answer = await fetch(url);
    if (!answer.ok) return `HTTP status ${answer.status}`;
    return createHash("sha256")
      .update(Buffer.from(await answer.arrayBuffer()))
      .digest("hex");
  });
  process.stdout.write(JSON.stringify(sums));
}

await main();
