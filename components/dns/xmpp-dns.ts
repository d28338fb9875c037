import * as pulumi from "@pulumi/pulumi";
import { DnsRecord } from "@pulumi/cloudflare/dnsRecord.js";
import { dnsRecords, type DnsInput, type RecordData } from "./dns-records.ts";
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
    const dependsOn = args.nodes.map(({ reachable }) => reachable);
    for (const record of dnsRecords(args)) {
      new DnsRecord(
        `${name}-${record.key}`,
        {
          zoneId: args.zoneId,
          name: record.name,
          type: record.type,
          ttl: args.ttlSeconds,
          proxied: false,
          ...providerForm(record.data, args.nodes),
        },
        { parent: this, dependsOn },
      );
    }
    this.registerOutputs({});
  }
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
