import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "../../host/testing/temporary-folder.ts";
import { serveFolder } from "./serve-folder.ts";

/** Cloudflare, as far as it tells whether a token works. */
export interface DnsProvider {
  /** URL of its API. */
  readonly url: string;
  /** Has every token be `active`, as at first, `disabled` or `expired`. */
  tokenIs(status: string): void;
}

/** Makes such a provider. It is gone at the end of the current test. */
export async function dnsProvider(): Promise<DnsProvider> {
  const folder = temporaryFolder("dns-provider");
  mkdirSync(join(folder, "user/tokens"), { recursive: true });
  const tokenIs = (status: string) =>
    writeFileSync(
      join(folder, "user/tokens/verify"),
      JSON.stringify({ success: true, errors: [], result: { status } }),
    );
  tokenIs("active");
  return { url: `http://127.0.0.1:${await serveFolder(folder)}`, tokenIs };
}
