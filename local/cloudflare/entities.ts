import { z } from "zod";
import type { Collection, Store } from "../emulation/store.ts";

/** What the local Cloudflare account holds. Shapes are those of the API where the API has one; times are ISO 8601, in UTC. */
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

/** A zone as it is kept; what the API adds to it is the same for every zone. */
export type StoredZone = z.infer<typeof zoneSchema>;

/** The record types that the local Cloudflare serves. */
export const recordTypes = ["A", "AAAA", "CNAME", "MX", "NS", "PTR", "TXT", "SRV", "CAA", "TLSA"] as const;

export type RecordType = (typeof recordTypes)[number];

const recordSchema = z.strictObject({
  id: z.string(),
  zone_id: z.string(),
  /** Full name, lower case, no final dot. */
  name: z.string(),
  type: z.enum(recordTypes),
  /** The record's value in one line, for structured types too. */
  content: z.string(),
  /** The same value in parts, for SRV, CAA and TLSA, as its owner wrote it. */
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

export type StoredRecord = z.infer<typeof recordSchema>;

/** `{"com.cloudflare.api.account.zone.<id>": "*"}`, or an account's key with an object of zones below it. */
export const policyResources = z.record(z.string(), z.union([z.string(), z.record(z.string(), z.string())]));

const policySchema = z.strictObject({
  id: z.string(),
  effect: z.enum(["allow", "deny"]),
  permission_groups: z.array(z.strictObject({ id: z.string(), name: z.string() })),
  resources: policyResources,
});

export type StoredPolicy = z.infer<typeof policySchema>;

/** Where a token may be used from: addresses or CIDRs, IPv4 and IPv6. */
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
