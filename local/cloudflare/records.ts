import type { RecordResponse } from "cloudflare/resources/dns/records";
import type { z } from "zod";
import type { RecordType, StoredRecord, StoredZone } from "./entities.ts";
import { refusal } from "./errors.ts";
import { hostName, recordContent } from "./record-content.ts";
import { recordBody, type recordPatch } from "./schemas.ts";

type RecordBody = z.infer<typeof recordBody>;

/** Makes a new record of `zone` from a body. Throws the 400 that Cloudflare answers to a record that cannot be. */
export function newRecord(body: RecordBody, zone: StoredZone, made: { id: string; now: string }): StoredRecord {
  const proxied = body.proxied ?? false;
  if (proxied && !isProxiable(body.type)) throw refusal(400, 9004, "This record type cannot be proxied.");
  const comment = body.comment ?? null;
  const tags = body.tags ?? [];
  return {
    id: made.id,
    zone_id: zone.id,
    name: fullName(body.name, zone.name),
    type: body.type,
    ...recordContent(body.type, body),
    proxied,
    ttl: timeToLive(body.ttl ?? 1, proxied),
    comment,
    tags,
    settings: { ...(body.type === "CNAME" ? cnameSettings : {}), ...body.settings },
    created_on: made.now,
    modified_on: made.now,
    ...(comment === null ? {} : { comment_modified_on: made.now }),
    ...(tags.length === 0 ? {} : { tags_modified_on: made.now }),
  };
}

/** Makes the record that replaces `old`: all fields from the body (`PUT`). Throws 400 for a record that cannot be. */
export function changedRecord(
  body: RecordBody,
  zone: StoredZone,
  { old, now }: { old: StoredRecord; now: string },
): StoredRecord {
  const { comment_modified_on, tags_modified_on, ...record } = newRecord(body, zone, { id: old.id, now });
  const commentTime = record.comment === old.comment ? old.comment_modified_on : (comment_modified_on ?? now);
  const sameTags = JSON.stringify(record.tags) === JSON.stringify(old.tags);
  const tagsTime = sameTags ? old.tags_modified_on : (tags_modified_on ?? now);
  return {
    ...record,
    created_on: old.created_on,
    ...(commentTime === undefined ? {} : { comment_modified_on: commentTime }),
    ...(tagsTime === undefined ? {} : { tags_modified_on: tagsTime }),
  };
}

/** Makes the record that replaces `old`: fields in `patch` change, the others stay (`PATCH`). Throws 400 for a record that cannot be. */
export function patchedRecord(
  patch: z.infer<typeof recordPatch>,
  zone: StoredZone,
  { old, now }: { old: StoredRecord; now: string },
): StoredRecord {
  const { name, type, content, data, priority, proxied, ttl, comment, tags, settings } = old;
  const keepsValue = patch.content === undefined && patch.data === undefined && (patch.type ?? type) === type;
  const value = keepsValue ? { content, data, priority } : {};
  const body = recordBody.parse({ name, type, ...value, proxied, ttl, comment, tags, settings, ...patch });
  if (keepsValue && body.data?.["priority"] !== undefined && patch.priority !== undefined) {
    body.data["priority"] = patch.priority;
  }
  return changedRecord(body, zone, { old, now });
}

/** Shows a record as the API does. */
export function recordResponse(stored: StoredRecord): RecordResponse {
  const record = Object.fromEntries(Object.entries(stored).filter(([key]) => key !== "zone_id"));
  // The vendor's type has one member a record type, and tells data apart by it; recordContent() sees to that at run time.
  return { ...record, proxiable: isProxiable(stored.type), meta: {} } as unknown as RecordResponse;
}

const cnameSettings = { flatten_cname: false, ipv4_only: false, ipv6_only: false };

function isProxiable(type: RecordType): boolean {
  return type === "A" || type === "AAAA" || type === "CNAME";
}

function timeToLive(ttl: number, proxied: boolean): number {
  if (ttl !== 1 && (ttl < 60 || ttl > 86400)) {
    throw refusal(400, 9021, "Invalid TTL. Must be between 60 and 86400 seconds, or 1 for Automatic.");
  }
  return proxied ? 1 : ttl;
}

function fullName(given: string, zoneName: string): string {
  const text = given.toLowerCase().replace(/\.$/, "");
  const inside = text === zoneName || text.endsWith(`.${zoneName}`);
  const name = text === "@" ? zoneName : inside ? text : `${text}.${zoneName}`;
  if (hostName(name.replace(/^\*\./, "")) === undefined) throw refusal(400, 9000, "DNS name is invalid.");
  return name;
}
