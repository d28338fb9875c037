import * as pulumi from "@pulumi/pulumi";
import { DnsRecord, type DnsRecordArgs } from "@pulumi/cloudflare/dnsRecord.js";
import { dnsRecords, type DnsInput, type RecordData, type RecordPlan } from "./dns-records.ts";
import type { NodeAddresses } from "../model/node-facts.ts";

/** Arguments of {@link XmppDns}. */
export interface XmppDnsArgs extends DnsInput {
  /** TTL of each record. */
  readonly ttlSeconds: number;
  /** Cloudflare's id of the zone that the records go into. */
  readonly zoneId: string;
  readonly nodes: readonly NamedNode[];
}

/** Node that names point to. */
interface NamedNode {
  readonly key: string;
  /** Full name. */
  readonly hostName: string;
  /** Addresses of the machine that was last proved ready. */
  readonly provedAddresses: pulumi.Output<NodeAddresses>;
  /** Resource that exists once the node can be reached: no record is made before. */
  readonly reachable: pulumi.Resource;
}

/** Names that clients and servers find the network by. Never proxied: Cloudflare forwards web traffic only. */
export class XmppDns extends pulumi.ComponentResource {
  constructor(name: string, args: XmppDnsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("imera:index:XmppDns", name, {}, opts);
    const reachable = args.nodes.map((node) => node.reachable);
    const [addresses, others] = partition(dnsRecords(args), ({ data }) => data.kind === "address");
    const make = (dependsOn: readonly pulumi.Resource[]) => (record: RecordPlan) =>
      new DnsRecord(`${name}-${record.key}`, recordArgs(record, args), { parent: this, dependsOn: [...dependsOn] });
    const made = addresses.map(make(reachable));
    // A name without an address would be remembered as such, for as long as the zone says.
    others.forEach(make([...reachable, ...made]));
    this.registerOutputs({});
  }
}

function partition<Item>(items: readonly Item[], isFirst: (item: Item) => boolean): [Item[], Item[]] {
  return [items.filter(isFirst), items.filter((item) => !isFirst(item))];
}

function recordArgs({ name, type, data }: RecordPlan, { zoneId, ttlSeconds, nodes }: XmppDnsArgs): DnsRecordArgs {
  return { zoneId, name, type, ttl: ttlSeconds, proxied: false, ...providerForm(data, nodes) };
}

function providerForm(data: RecordData, nodes: readonly NamedNode[]) {
  switch (data.kind) {
    case "address": {
      const node = nodes.find(({ key }) => key === data.node);
      if (node === undefined) throw new Error(`nodes: there is none with the key ${data.node}`);
      return { content: node.provedAddresses.apply((addresses) => addresses[data.address]) };
    }
    case "srv": {
      const { priority, weight, port, target } = data;
      // Without the outer one a refresh shows a change that is none.
      return { priority, data: { priority, weight, port, target } };
    }
    case "caa":
      return { data: { flags: 0, tag: data.tag, value: data.value } };
  }
}
