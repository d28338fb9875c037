import { z } from "zod";
import type { Collection, Store } from "../emulation/store.ts";

// Names and shapes below are those of the API where it has one. Times are ISO 8601, in UTC.

/** The one account of a local Cloudflare. */
export interface Account {
  /** 32 hex digits. */
  readonly id: string;
  readonly name: string;
  /** The account's only user: owner of the user tokens. 32 hex digits. */
  readonly userId: string;
}

const zoneSchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  created_on: z.string(),
  modified_on: z.string(),
});

/** A zone as it is kept. What else the API shows of a zone is not kept, since it does not differ between zones. */
export type StoredZone = z.infer<typeof zoneSchema>;

/** The record types that the local Cloudflare serves. */
export const recordTypes = ["A", "AAAA", "CNAME", "MX", "NS", "PTR", "TXT", "SRV", "CAA", "TLSA"] as const;

/** One of {@link recordTypes}. */
export type RecordType = (typeof recordTypes)[number];

const recordSchema = z.strictObject({
  id: z.string(),
  zone_id: z.string(),
  /** Full name, lower case, no final dot. */
  name: z.string(),
  type: z.enum(recordTypes),
  /** The record's value in one line, for structured types too. */
  content: z.string(),
  /** For SRV, CAA and TLSA: the value in parts, as its owner wrote it. */
  data: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
  /** For MX and SRV. */
  priority: z.number().optional(),
  proxied: z.boolean(),
  /** Seconds; 1 is "automatic". */
  ttl: z.number(),
  comment: z.string().nullable(),
  tags: z.array(z.string()),
  settings: z.record(z.string(), z.boolean()),
  created_on: z.string(),
  modified_on: z.string(),
  comment_modified_on: z.string().optional(),
  tags_modified_on: z.string().optional(),
});

/** A DNS record as it is kept. */
export type StoredRecord = z.infer<typeof recordSchema>;

/** `{"com.cloudflare.api.account.zone.<id>": "*"}`, or an account's key with an object of zones below it. */
export const policyResources = z.record(z.string(), z.union([z.string(), z.record(z.string(), z.string())]));

const policySchema = z.strictObject({
  id: z.string(),
  effect: z.enum(["allow", "deny"]),
  permission_groups: z.array(z.strictObject({ id: z.string(), name: z.string() })),
  resources: policyResources,
});

/** A policy of an API token: permissions, and the resources that it allows or denies them on. */
export type StoredPolicy = z.infer<typeof policySchema>;

/** Schema of a token's `condition`: limits on the addresses that it may be used from. Addresses or CIDRs, IPv4 and IPv6. */
export const tokenCondition = z.strictObject({
  request_ip: z.strictObject({ in: z.array(z.string()).optional(), not_in: z.array(z.string()).optional() }).optional(),
});

const tokenSchema = z.strictObject({
  id: z.string(),
  /** `user`, or the id of the account that owns the token. */
  owner: z.string(),
  /** SHA-256 of the token's value, in hex: the value itself is told once and kept nowhere. */
  value_sha256: z.string(),
  name: z.string(),
  policies: z.array(policySchema),
  condition: tokenCondition.optional(),
  expires_on: z.string().optional(),
  not_before: z.string().optional(),
  status: z.enum(["active", "disabled"]),
  issued_on: z.string(),
  modified_on: z.string(),
});

/** An API token as it is kept: without its value. */
export type StoredToken = z.infer<typeof tokenSchema>;

/** The collections of one Cloudflare account, each by id. */
export interface CloudflareState {
  readonly zones: Collection<StoredZone>;
  readonly records: Collection<StoredRecord>;
  readonly tokens: Collection<StoredToken>;
}

/** Opens the account's collections in `store`; throws what {@link Store.collection} throws. */
export function openState(store: Store): CloudflareState {
  return {
    zones: store.collection("cloudflare-zones", zoneSchema),
    records: store.collection("cloudflare-records", recordSchema),
    tokens: store.collection("cloudflare-tokens", tokenSchema),
  };
}
