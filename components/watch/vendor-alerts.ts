import * as pulumi from "@pulumi/pulumi";
import { MonitorAlert } from "@pulumi/digitalocean/monitorAlert.js";
import { UptimeAlert } from "@pulumi/digitalocean/uptimeAlert.js";
import { UptimeCheck } from "@pulumi/digitalocean/uptimeCheck.js";
import { domainHosts } from "../model/services.ts";
import { vendorNames } from "../model/vendor-names.ts";
import type { Settings } from "../settings/settings.ts";

/** Arguments of {@link VendorAlerts}. */
export interface VendorAlertsArgs {
  readonly domain: string;
  /** Those who are told. */
  readonly told: Exclude<Settings["vendorAlerts"], "">;
  /** Tag of the droplets whose disk and memory are looked at. */
  readonly tag: pulumi.Input<string>;
  /** Public IPv4 address of the droplet that watches; undefined where there is none. */
  readonly watcherIpv4: pulumi.Output<string> | undefined;
  /** Resources that exist once the network can be reached: before, there would be an alarm. */
  readonly published: readonly pulumi.Resource[];
}

/** DigitalOcean's own eyes: it asks the web service from outside, pings the droplet that watches, and looks at disk and memory. */
export class VendorAlerts extends pulumi.ComponentResource {
  constructor(name: string, args: VendorAlertsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("imera:index:VendorAlerts", name, {}, opts);
    const label = vendorNames(pulumi.getStack()).tag;
    const own = { parent: this, dependsOn: [...args.published] };
    const { emails, slack } = args.told;
    const slacks = slack === undefined ? [] : [{ channel: slack.channel, url: pulumi.secret(slack.url) }];
    const told = { emails, slacks };
    const web = new UptimeCheck(
      `${name}-web`,
      { name: `${label}-web`, type: "https", target: webTarget(args.domain), regions },
      own,
    );
    const alert = { checkId: web.id, notifications: [told] };
    new UptimeAlert(`${name}-web-down`, { ...alert, name: `${label}: does not answer`, ...isDown }, { parent: this });
    new UptimeAlert(`${name}-certificate`, { ...alert, name: `${label}: certificate ends`, ...ends }, { parent: this });
    if (args.watcherIpv4 !== undefined) pingWatcher(name, label, { target: args.watcherIpv4, told }, own);
    for (const { key, ...alertOn } of measured) {
      const policy = { ...alertOn, description: `${label}: ${alertOn.description}`, tags: [args.tag], alerts: told };
      new MonitorAlert(`${name}-${key}`, policy, { parent: this });
    }
    this.registerOutputs({});
  }
}

interface Pinged {
  readonly target: pulumi.Input<string>;
  readonly told: { readonly emails: string[]; readonly slacks: { channel: string; url: pulumi.Input<string> }[] };
}

function pingWatcher(
  name: string,
  label: string,
  { target, told }: Pinged,
  own: { readonly parent: pulumi.Resource; readonly dependsOn: pulumi.Resource[] },
): void {
  const check = new UptimeCheck(`${name}-watcher`, { name: `${label}-watcher`, type: "ping", target, regions }, own);
  new UptimeAlert(
    `${name}-watcher-down`,
    { checkId: check.id, name: `${label}: the watcher is away`, ...isDown, notifications: [told] },
    { parent: own.parent },
  );
}

/** Address that answers a GET with 200 at a host of ours: the domain's own A record may be somebody else's, and host-meta is its alone. */
function webTarget(domain: string): string {
  return `https://${domainHosts(domain).upload}/bosh`;
}

/** All that DigitalOcean has, so that `down_global` is more than one region's trouble. */
const regions = ["eu_west", "se_asia", "us_east", "us_west"];

/** Two minutes are DigitalOcean's least. */
const isDown = { type: "down_global", period: "2m" };

/** A renewal is due 30 days before the end. */
const ends = { type: "ssl_expiry", threshold: 14, comparison: "less_than", period: "1h" };

const measured = [
  {
    key: "disk",
    description: "the disk is nearly full",
    type: "v1/insights/droplet/disk_utilization_percent",
    compare: "GreaterThan",
    value: 85,
    window: "10m",
  },
  {
    key: "memory",
    description: "memory is nearly used up",
    type: "v1/insights/droplet/memory_utilization_percent",
    compare: "GreaterThan",
    value: 95,
    window: "10m",
  },
];
