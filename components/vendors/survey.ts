import * as pulumi from "@pulumi/pulumi";
import { type CloudflareZone, zoneName } from "../dns/cloudflare-zone.ts";
import { dnsRecords } from "../dns/dns-records.ts";
import { quotaProblems, readUsage } from "../dns/record-quota.ts";
import { zoneProblems } from "../dns/zone-problems.ts";
import { listRecords } from "../dns/zone-records.ts";
import { certificateNames, configuredServices } from "../model/services.ts";
import { vendorNames } from "../model/vendor-names.ts";
import { runningStack } from "../settings/running-stack.ts";
import type { Settings } from "../settings/settings.ts";
import { type Account, findImage, type LiveDroplet, readAccount } from "./account.ts";
import { accountProblems, type WantedNode, type WantedWatcher } from "./account-problems.ts";
import { watcherKey } from "../settings/watch-rules.ts";
import { type CloudApi, MissingToken } from "./cloud-api.ts";
import { configuredCloudflare, configuredDigitalocean, type EngineConfig } from "./configured-api.ts";
import { spacesRegionProblems } from "./spaces-region.ts";
import type { KnownResource } from "./stack-state.ts";

/** What was found at the vendors before anything was made. */
export interface Survey {
  /** Whether DigitalOcean will refuse to delete the stack's VPC, because it is its region's default one, or will become it. */
  readonly vpcIsDefault: boolean;
  /** The stack's droplets that are off though nothing is to be changed about them, by the key of the node, or `watcher`. */
  readonly off: ReadonlyMap<string, LiveDroplet>;
  /** Resources in the stack's state. */
  readonly known: readonly KnownResource[];
}

/**
 * Compares the stack's settings with what the vendors offer and with what is there. Throws one `RunError` that names everything
 * that they would refuse, or that would not work, a line each. Warns of what could not be looked up. `name` is that of the
 * network's component, `zone` undefined where nothing is published, `known` the stack's state, `config` the engine's whole
 * configuration.
 */
export async function survey(
  name: string,
  settings: Settings,
  zone: CloudflareZone | undefined,
  known: readonly KnownResource[],
  config: EngineConfig = pulumi.runtime.allConfig(),
): Promise<Survey> {
  const [digitalocean, inZone, spaces] = await Promise.all([
    atDigitalOcean(name, settings, known, config),
    zone === undefined ? [] : inTheZone(settings, zone, new Set(known.map(({ id }) => id)), config),
    spacesRegionProblems(settings),
  ]);
  const problems = [...digitalocean.problems, ...spaces, ...inZone];
  if (problems.length > 0) throw new pulumi.RunError(report(problems));
  return { ...digitalocean.found, known };
}

interface AtDigitalOcean {
  readonly problems: readonly string[];
  readonly found: Pick<Survey, "vpcIsDefault" | "off">;
}

async function atDigitalOcean(
  name: string,
  settings: Settings,
  known: readonly KnownResource[],
  config: EngineConfig,
): Promise<AtDigitalOcean> {
  const api = orWarning(() => configuredDigitalocean(config));
  if (api === undefined) return { problems: [], found: { vpcIsDefault: true, off: new Map() } };
  const [account, image] = await Promise.all([readAccount(api), findImage(api, settings.image)]);
  const nodes = new Map(settings.nodes.map((key) => [key, liveNode(`${name}-${key}`, known, account)]));
  const watcher = wantedWatcher(name, settings, known, account);
  const wanted = {
    ...settings,
    stack: runningStack(),
    watcher,
    nodes: [...nodes.values()],
    firewalls: firewallNames(settings),
    sshKey: settings.provisioningPublicKey,
    ownIds: new Set(known.map(({ id }) => id)),
  };
  return {
    // Of an account whose droplets are not known everything would seem new.
    problems: account.droplets === undefined ? [] : accountProblems(wanted, account, image),
    found: { vpcIsDefault: vpcIsDefault(name, settings, known, account), off: dropletsOff(settings, nodes, watcher) },
  };
}

function liveNode(name: string, known: readonly KnownResource[], { droplets, volumes }: Account): WantedNode {
  const idOf = (resource: string) => known.find((candidate) => candidate.name === `${name}-${resource}`)?.id;
  return {
    droplet: droplets?.find(({ id }) => id === idOf("droplet")),
    volume: volumes?.find(({ id }) => id === idOf("data")),
    hasReservedIp: idOf("address") !== undefined,
  };
}

function wantedWatcher(
  name: string,
  { watcher, purpose }: Settings,
  known: readonly KnownResource[],
  account: Account,
): WantedWatcher | undefined {
  if (watcher === "" || purpose === "drill") return undefined;
  return { ...watcher, droplet: liveNode(`${name}-${watcherKey}`, known, account).droplet };
}

function firewallNames({ nodes, watcher, purpose }: Settings): string[] {
  const names = vendorNames(pulumi.getStack());
  if (purpose === "drill") return [names.operatorFirewall];
  const ofWatcher = watcher === "" ? [] : [names.watcher];
  return [names.operatorFirewall, ...nodes.map(names.publicFirewall), ...ofWatcher];
}

/** DigitalOcean makes a region's first VPC its default one, and deletes no default one. */
function vpcIsDefault(name: string, { region }: Settings, known: readonly KnownResource[], { vpcs }: Account): boolean {
  if (vpcs === undefined) return true;
  const id = known.find((resource) => resource.name === `${name}-vpc`)?.id;
  const own = vpcs.find((vpc) => vpc.id === id && vpc.region === region);
  return own?.default ?? !vpcs.some((vpc) => vpc.region === region);
}

function dropletsOff(
  place: Settings,
  nodes: ReadonlyMap<string, WantedNode>,
  watcher: WantedWatcher | undefined,
): ReadonlyMap<string, LiveDroplet> {
  const machines = [...nodes].map(([key, { droplet }]) => ({ key, droplet, region: place.region, size: place.size }));
  return new Map(
    [...machines, ...(watcher === undefined ? [] : [{ key: watcherKey, ...watcher }])].flatMap(
      ({ key, droplet, region, size }) =>
        // The plugin switches on what it resizes.
        droplet?.status === "off" && droplet.region.slug === region && droplet.size_slug === size
          ? [[key, droplet]]
          : [],
    ),
  );
}

async function inTheZone(
  settings: Settings,
  zone: CloudflareZone,
  ownIds: ReadonlySet<string>,
  config: EngineConfig,
): Promise<readonly string[]> {
  const api = orWarning(() => configuredCloudflare(config));
  if (api === undefined) return [];
  const [records, usage] = await Promise.all([listRecords(api, zone.zoneId), readUsage(api, zone.zoneId)]);
  if (records === undefined) return [];
  const offered = configuredServices(settings);
  const nodes = settings.nodes.map((key) => ({ key, hostName: `${key}.${settings.domain}` }));
  const wanted = {
    domain: settings.domain,
    zone: zoneName(settings),
    records: dnsRecords({ ...settings, services: offered, nodes }),
    certificateNames: certificateNames(settings.domain, offered),
    authority: authorityOf(settings),
    ownIds,
  };
  return [...zoneProblems(wanted, records), ...(usage === undefined ? [] : quotaProblems(wanted, records, usage))];
}

function authorityOf({ caaIssuer, acmeDirectoryUrl }: Settings): string {
  if (caaIssuer !== "") return caaIssuer;
  return new URL(acmeDirectoryUrl).hostname.endsWith(".letsencrypt.org") ? "letsencrypt.org" : "";
}

function orWarning(api: () => CloudApi): CloudApi | undefined {
  try {
    return api();
  } catch (error) {
    // The plugins say themselves what they need to change anything.
    if (!(error instanceof MissingToken)) throw error;
    void pulumi.log.warn(`${error.message} What it offers and has is not checked.`);
    return undefined;
  }
}

function report(problems: readonly string[]): string {
  const shown = problems.slice(0, mostProblems).map((problem) => `  ${problem}`);
  const rest = problems.length > mostProblems ? [`  … and ${problems.length - mostProblems} more of these`] : [];
  return ["this cannot work at the vendors, so nothing is made:", ...shown, ...rest].join("\n");
}

const mostProblems = 20;
