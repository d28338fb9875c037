import type { Resolver } from "node:dns/promises";
import { caaValue } from "../../components/dns/dns-records.ts";
import { messageOf } from "../../host/error.ts";
import { domainResolver } from "./outside.ts";
import type { StackAccess } from "./stack-access.ts";

/** Finding about a domain's CAA records: a sentence on what is served, and whether that is more than the stack's record. */
export interface CaaFinding {
  readonly text: string;
  readonly isWarning: boolean;
}

/**
 * Asks the domain's own name servers whether they serve the stack's CAA record and no other (RFC 8659). Cloudflare adds some of
 * its own where Universal SSL is on. Never rejects: where nobody answers, the finding says so.
 */
export async function inspectCaa(access: StackAccess, domain: string): Promise<CaaFinding> {
  try {
    const caaIssuer = (await access.setting("caaIssuer")) ?? "letsencrypt.org";
    const acmeAccountUri = (await access.setting("acmeAccountUri")) ?? "";
    const served = await servedAuthorities(await domainResolver(access, domain), domain);
    return judgeCaa(caaValue({ caaIssuer, acmeAccountUri }), served);
  } catch (error) {
    return { text: `not known: ${messageOf(error)}`, isWarning: true };
  }
}

/**
 * Compares the value of the stack's CAA record (empty: it makes none) with all values that are served to authorities, of the
 * tags `issue` and `issuewild`.
 */
export function judgeCaa(own: string, served: readonly string[]): CaaFinding {
  const normal = (value: string) => value.replaceAll(/\s*;\s*/g, "; ").trim();
  const values = new Set(served.map(normal));
  if (own === "") {
    const text =
      values.size === 0 ? "no record: every authority may issue" : `not the stack's: ${[...values].join(", ")}`;
    return { text, isWarning: false };
  }
  const others = [...values].filter((value) => value !== normal(own) && value !== ";");
  if (!values.has(normal(own))) return { text: `the stack's record is not served: ${own}`, isWarning: true };
  if (others.length === 0) return { text: `${own}, and no other`, isWarning: false };
  const names = [...new Set(others.map((value) => value.split(";")[0]))].join(", ");
  return {
    text: `not only ${own} may issue, but also ${names}. Cloudflare adds them where Universal SSL is on (docs/dns.md)`,
    isWarning: true,
  };
}

/** Asks for the values of a domain's CAA records of the tags `issue` and `issuewild`. Rejects as DNS does. */
export async function servedAuthorities(resolver: Resolver, domain: string): Promise<string[]> {
  try {
    const records = await resolver.resolveCaa(domain);
    return records.flatMap(({ issue, issuewild }) => [issue, issuewild].filter((value) => value !== undefined));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENODATA") return [];
    throw error;
  }
}
