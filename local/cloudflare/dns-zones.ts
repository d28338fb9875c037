import type { DnsRecord, DnsZone } from "../dns/zone.ts";
import type { StoredRecord } from "./entities.ts";
import type { CloudflareApi } from "./index.ts";

/** Converts the account's zones, as they are now, for the DNS server. Proxied records are answered like others. */
export function dnsZones(api: CloudflareApi): DnsZone[] {
  return api.zones().map(({ zone, nameServers, records }) => ({
    name: zone.name,
    nameServers,
    records: [...records.map(dnsRecord), ...universalSslRecords(records)],
  }));
}

/**
 * Records that Cloudflare serves beside CAA records where Universal SSL is on, which it is unless somebody switched it off. Its
 * API does not show them. https://developers.cloudflare.com/ssl/edge-certificates/caa-records/
 */
function universalSslRecords(records: readonly StoredRecord[]): DnsRecord[] {
  const owners = new Set(records.filter(({ type }) => type === "CAA").map(({ name }) => name));
  return [...owners].flatMap((name) =>
    edgeAuthorities.flatMap((value) =>
      (["issue", "issuewild"] as const).map((tag) => ({
        name,
        ttl: automaticTtlSeconds,
        type: "CAA" as const,
        data: { flags: 0, tag, value },
      })),
    ),
  );
}

const edgeAuthorities = ["letsencrypt.org", "pki.goog; cansignhttpexchanges=yes", "sectigo.com", "ssl.com"];

/** TTL that Cloudflare serves for "automatic". */
const automaticTtlSeconds = 300;

const longestString = 255;

function dnsRecord(record: StoredRecord): DnsRecord {
  const { name, content } = record;
  const owner = { name, ttl: record.ttl === 1 ? automaticTtlSeconds : record.ttl };
  const parts = content.split(" ");
  const text = (index: number) => parts[index] ?? "";
  const number = (index: number) => Number(parts[index]);
  switch (record.type) {
    case "TXT":
      return { ...owner, type: "TXT", data: characterStrings(content) };
    case "MX":
      return { ...owner, type: "MX", data: { preference: record.priority ?? 0, exchange: content } };
    case "SRV": {
      const data = { priority: record.priority ?? 0, weight: number(0), port: number(1), target: text(2) };
      return { ...owner, type: "SRV", data };
    }
    case "CAA": {
      const [, flags = "0", tag = "", value = ""] = /^(\d+) (\w+) "(.*)"$/.exec(content) ?? [];
      return { ...owner, type: "CAA", data: { flags: Number(flags), tag: caaTag(tag), value } };
    }
    case "TLSA": {
      const certificate = Buffer.from(text(3), "hex");
      const data = { usage: number(0), selector: number(1), matchingType: number(2), certificate };
      return { ...owner, type: "TLSA", data };
    }
    default:
      return { ...owner, type: record.type, data: content };
  }
}

function caaTag(tag: string): "issue" | "issuewild" | "iodef" {
  if (tag === "issue" || tag === "issuewild" || tag === "iodef") return tag;
  throw new Error(`A stored CAA record has the tag ${tag}, which the API does not take.`);
}

/** TXT content is one text, or quoted strings beside each other; DNS carries strings of at most 255 bytes (RFC 1035). */
function characterStrings(content: string): Buffer[] {
  const quoted = /^\s*("(\\.|[^"\\])*"\s*)+$/s.test(content);
  const texts = quoted
    ? [...content.matchAll(/"((?:\\.|[^"\\])*)"/gs)].map(([, inner = ""]) => inner.replace(/\\(.)/gs, "$1"))
    : [content];
  return texts.flatMap((text) => {
    const bytes = Buffer.from(text);
    const count = Math.max(1, Math.ceil(bytes.length / longestString));
    return Array.from({ length: count }, (_, i) => bytes.subarray(i * longestString, (i + 1) * longestString));
  });
}
