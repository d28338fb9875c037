import * as pulumi from "@pulumi/pulumi";
import { DnsRecord } from "@pulumi/cloudflare/dnsRecord.js";
import type { Settings } from "../settings/settings.ts";
import { dnsRecords, type RecordData } from "./dns-records.ts";
import type { NodeAddresses } from "../model/node-facts.ts";
import type { Service } from "../model/services.ts";

/** Arguments of {@link XmppDns}. */
export interface XmppDnsArgs {
  readonly settings: Settings;
  readonly services: readonly Service[];
  readonly zoneId: string;
  readonly nodes: readonly {
    readonly key: string;
    readonly hostName: string;
    readonly addresses: pulumi.Output<NodeAddresses>;
  }[];
}

/** The names that clients and servers find the network by. Never proxied: Cloudflare forwards web traffic only. */
export class XmppDns extends pulumi.ComponentResource {
  /** Full names, a line each: `A xmpp1.example.org`. */
  readonly records: readonly string[];

  constructor(name: string, args: XmppDnsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("imera:index:XmppDns", name, {}, opts);
    const records = dnsRecords({ ...args.settings, services: args.services, nodes: args.nodes });
    for (const record of records) {
      new DnsRecord(
        `${name}-${record.key}`,
        {
          zoneId: args.zoneId,
          name: record.name,
          type: record.type,
          ttl: args.settings.ttlSeconds,
          proxied: false,
          ...providerForm(record.data, args.nodes),
        },
        { parent: this, ...(opts?.dependsOn === undefined ? {} : { dependsOn: opts.dependsOn }) },
      );
    }
    this.records = records.map((record) => `${record.type} ${record.name}`);
    this.registerOutputs({ records: this.records });
  }
}

function providerForm(data: RecordData, nodes: XmppDnsArgs["nodes"]) {
  switch (data.kind) {
    case "address": {
      const node = nodes.find(({ key }) => key === data.node);
      if (node === undefined) throw new Error(`nodes: there is none with the key ${data.node}`);
      return { content: node.addresses.apply((addresses) => addresses[data.address]) };
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
