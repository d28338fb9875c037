import type { RecordCreateParams, RecordResponse, RecordUpdateParams } from "cloudflare/resources/dns/records";
import {
  anything,
  type CheckFailure,
  flag,
  type InputsOf,
  list,
  number,
  object,
  type OutsOf,
  text,
} from "../protocol/index.ts";
import { orGone } from "./client.ts";
import { defineResource } from "./definitions.ts";
import { oneOf } from "./input-rules.ts";
import { afterChange, camelKeys, snakeKeys, stated } from "./wire-form.ts";

const recordTypes = [
  ...["A", "AAAA", "CNAME", "MX", "NS", "OPENPGPKEY", "PTR", "TXT", "CAA", "CERT", "DNSKEY", "DS", "HTTPS", "LOC"],
  ...["NAPTR", "SMIMEA", "SRV", "SSHFP", "SVCB", "TLSA", "URI"],
];

const properties = {
  zoneId: text({ required: true, replaces: true }),
  name: text({ required: true }),
  type: text({ required: true, replaces: true, rule: oneOf(recordTypes) }),
  content: text({ computed: true }),
  data: object({
    priority: number(),
    weight: number(),
    port: number(),
    target: text(),
    // A number or a text of digits; the state keeps what the program wrote.
    flags: anything(),
    tag: text(),
    value: text(),
    usage: number(),
    selector: number(),
    matchingType: number(),
    certificate: text(),
  }),
  ttl: number({ required: true }),
  priority: number(),
  proxied: flag({ computed: true }),
  comment: text(),
  tags: list(text(), { computed: true }),
  settings: object({ flattenCname: flag(), ipv4Only: flag(), ipv6Only: flag() }, { computed: true }),
  commentModifiedOn: text({ output: true }),
  createdOn: text({ output: true }),
  // An input of the official plugin; here always off.
  includeShadowMetadata: flag({ output: true }),
  meta: text({ output: true }),
  modifiedOn: text({ output: true, volatile: true }),
  proxiable: flag({ output: true }),
  tagsModifiedOn: text({ output: true }),
} as const;

type Inputs = InputsOf<typeof properties>;

/** `cloudflare.DnsRecord`: one record of a zone. */
export const dnsRecord = defineResource({
  token: "cloudflare:index/dnsRecord:DnsRecord",
  properties,
  check: contentOrData,
  async create({ client, inputs, signal }) {
    const params = { zone_id: inputs.zoneId, ...bodyOf(inputs), proxied: inputs.proxied ?? false };
    // The vendor's parameters have one type a record type; Check has seen to the type.
    const made = await client.dns.records.create(params as unknown as RecordCreateParams, { signal });
    return { id: made.id, outs: afterChange(properties, found(made, inputs.zoneId), inputs) };
  },
  async read({ client, id, state, signal }) {
    const zone_id = state.zoneId;
    if (zone_id === undefined || zone_id === null) {
      throw new Error("A DNS record cannot be imported by this stand-in: its zone is not known.");
    }
    const record = await orGone(client.dns.records.get(id, { zone_id }, { signal }));
    return record && found(record, zone_id);
  },
  async update({ client, id, inputs, state, signal }) {
    // The old content goes along even where it has been made of data that changes now: the official plugin does that.
    const kept = { content: state.content, proxied: state.proxied, tags: state.tags, settings: state.settings };
    const params = { zone_id: inputs.zoneId, ...bodyOf({ ...kept, comment: null, ...inputs }) };
    const changed = await client.dns.records.update(id, params as unknown as RecordUpdateParams, { signal });
    return afterChange(properties, found(changed, inputs.zoneId), inputs);
  },
  async delete({ client, id, state, signal }) {
    await orGone(client.dns.records.delete(id, { zone_id: state.zoneId ?? "" }, { signal }));
  },
});

function contentOrData({ content, data }: Inputs): CheckFailure[] {
  if (content === undefined || data === undefined) return [];
  const notBoth = (given: string, other: string) =>
    `Invalid Attribute Combination. Attribute "${other}" cannot be specified when "${given}" is specified`;
  return [
    { property: "data", reason: notBoth("data", "content") },
    { property: "content", reason: notBoth("content", "data") },
  ];
}

function bodyOf(inputs: object): Record<string, unknown> {
  return snakeKeys(Object.fromEntries(Object.entries(inputs).filter(([key]) => key !== "zoneId")));
}

function found(record: RecordResponse, zoneId: string): OutsOf<typeof properties> {
  const { created_on, modified_on, proxiable, name, type, ttl, content, proxied, tags, settings, meta } = record;
  return stated({
    zoneId,
    name,
    type,
    ttl,
    content,
    proxied,
    proxiable,
    tags: tags ?? [],
    settings: camelKeys(settings ?? {}),
    data: "data" in record ? camelKeys(record.data ?? {}) : undefined,
    priority: "priority" in record ? record.priority : undefined,
    comment: record.comment ?? undefined,
    meta: JSON.stringify(meta),
    createdOn: created_on,
    includeShadowMetadata: false,
    modifiedOn: modified_on,
    commentModifiedOn: record.comment_modified_on ?? null,
    tagsModifiedOn: record.tags_modified_on ?? null,
  });
}
