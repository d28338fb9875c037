import { type NamedStack, networkCommandLine } from "../../host/terminal/advice.ts";
import {
  type Account,
  type LiveDroplet,
  type LiveVolume,
  type OfferedImage,
  type OfferedSize,
  stays,
} from "./account.ts";
import { imageProblems } from "./image-problems.ts";

/** Things that a stack wants of DigitalOcean, and what it has of them already. */
export interface Wanted {
  readonly stack: NamedStack;
  readonly region: string;
  readonly size: string;
  /** Slug or id. */
  readonly image: string;
  readonly volumeSizeGiB: number;
  readonly reservedIp: boolean;
  readonly nodes: readonly WantedNode[];
  /** Droplet that watches; undefined where there is to be none. */
  readonly watcher: WantedWatcher | undefined;
  /** Name of each firewall that the program makes. */
  readonly firewalls: readonly string[];
  /** Public SSH key, one line of OpenSSH. */
  readonly sshKey: string;
  /** Ids of the firewalls and SSH keys in the stack's state. */
  readonly ownIds: ReadonlySet<string>;
}

/** Droplet that watches, as a stack wants it. */
export interface WantedWatcher {
  readonly region: string;
  readonly size: string;
  /** Droplet that is there now; undefined: to be made. */
  readonly droplet: LiveDroplet | undefined;
}

/** Machine that a stack wants, and the parts of it that are there now. Undefined: to be made. */
export interface WantedNode {
  readonly droplet: LiveDroplet | undefined;
  readonly volume: LiveVolume | undefined;
  readonly hasReservedIp: boolean;
}

/**
 * Finds everything in a stack's wishes that DigitalOcean would refuse, a line each, with the setting to change. `image` is what
 * the wanted image was found to be: null where there is none. Nothing is said of what could not be looked up. Pure.
 */
export function accountProblems(wanted: Wanted, account: Account, image: OfferedImage | null | undefined): string[] {
  const region = regionProblem(wanted, account);
  return [
    ...accountProblem(account),
    // Sizes and images of a region that is none are not worth a word.
    ...(region.length > 0 ? region : [...sizeProblems(wanted, account), ...imageProblems(wanted, account, image)]),
    ...volumeProblems(wanted),
    ...watcherProblems(wanted, account),
    ...limitProblems(wanted, account),
    ...takenNames(wanted, account),
  ];
}

function accountProblem({ limits }: Account): string[] {
  return limits?.status === "locked"
    ? [`DigitalOcean has locked the account: ${limits.status_message || "it says no reason"}; its support unlocks it`]
    : [];
}

function regionProblem({ region, nodes }: Wanted, { regions }: Account): string[] {
  if (regions === undefined) return [];
  const found = regions.find(({ slug }) => slug === region);
  if (found === undefined) {
    return [`imera:region: DigitalOcean has no region ${region}; it has ${sorted(regions)}`];
  }
  const takesNew = regions.filter(({ available, features }) => available && features.includes("storage"));
  const mustMake = nodes.some((node) => !stays(node.droplet, region) || !stays(node.volume, region));
  if (!mustMake || takesNew.includes(found)) return [];
  const lack = found.available ? "has no volumes" : "takes no new droplets";
  return [`imera:region: ${region} ${lack} at DigitalOcean; these do: ${sorted(takesNew)}`];
}

function sizeProblems({ stack, region, size: wanted, nodes }: Wanted, { sizes }: Account): string[] {
  const changed = nodes.filter(({ droplet }) => !stays(droplet, region) || droplet.size_slug !== wanted);
  if (sizes === undefined || changed.length === 0) return [];
  const leastDiskGiB = Math.max(0, ...nodes.flatMap(({ droplet }) => (stays(droplet, region) ? droplet.disk : [])));
  const fitting = sizes.filter(({ available, regions, disk }) => {
    return available && regions.includes(region) && disk >= leastDiskGiB;
  });
  const found = sizes.find(({ slug }) => slug === wanted);
  if (found === undefined) {
    return [`imera:size: DigitalOcean has no size ${wanted}; ${region} has ${likely(wanted, fitting)}`];
  }
  if (!found.available || !found.regions.includes(region)) {
    return [`imera:size: ${wanted} is not to be had in ${region}, which has ${likely(wanted, fitting)}`];
  }
  return found.disk >= leastDiskGiB
    ? []
    : [
        `imera:size: the droplet's disk has ${leastDiskGiB} GiB and cannot shrink to the ${found.disk} GiB of ${wanted}; these ` +
          `fit: ${likely(wanted, fitting)}. Or delete the droplet (not its volume) and run: ` +
          networkCommandLine("rebuild", stack),
      ];
}

function watcherProblems({ watcher }: Wanted, { regions, sizes }: Account): string[] {
  if (watcher === undefined || (stays(watcher.droplet, watcher.region) && watcher.droplet.size_slug === watcher.size)) {
    return [];
  }
  const { region, size: wanted } = watcher;
  const open = regions?.filter(({ available }) => available);
  if (open !== undefined && !open.some(({ slug }) => slug === region)) {
    return [`imera:watcher.region: ${region} takes no new droplets at DigitalOcean; these do: ${sorted(open)}`];
  }
  const leastDiskGiB = stays(watcher.droplet, region) ? watcher.droplet.disk : 0;
  const fitting = sizes?.filter((size) => size.available && size.regions.includes(region) && size.disk >= leastDiskGiB);
  return fitting === undefined || fitting.some(({ slug }) => slug === wanted)
    ? []
    : [`imera:watcher.size: ${wanted} is not to be had in ${region}, which has ${likely(wanted, fitting)}`];
}

function volumeProblems({ region, nodes, volumeSizeGiB }: Wanted): string[] {
  return nodes.flatMap(({ volume }) =>
    stays(volume, region) && volume.size_gigabytes > volumeSizeGiB
      ? [
          `imera:volumeSizeGiB: the volume ${volume.name} has ${volume.size_gigabytes} GiB, and volumes cannot shrink; ` +
            `set ${volume.size_gigabytes} or more`,
        ]
      : [],
  );
}

function limitProblems({ region, nodes, watcher, reservedIp }: Wanted, account: Account): string[] {
  const { limits, droplets, volumes, reservedIps } = account;
  if (limits === undefined) return [];
  const count = (isMissing: (node: WantedNode) => boolean) => nodes.filter(isMissing).length;
  const moreWatchers = watcher === undefined || stays(watcher.droplet, watcher.region) ? 0 : 1;
  const quotas = [
    {
      what: "droplets",
      have: droplets,
      more: count(({ droplet }) => !stays(droplet, region)) + moreWatchers,
      limit: limits.droplet_limit,
    },
    { what: "volumes", have: volumes, more: count(({ volume }) => !stays(volume, region)), limit: limits.volume_limit },
    {
      what: "reserved IPs",
      have: reservedIps,
      more: reservedIp ? count(({ hasReservedIp }) => !hasReservedIp) : 0,
      limit: limits.reserved_ip_limit ?? limits.floating_ip_limit,
    },
  ];
  return quotas.flatMap(({ what, have, more, limit }) =>
    have === undefined || limit === undefined || more === 0 || have.length + more <= limit
      ? []
      : [
          `DigitalOcean lets the account have ${limit} ${what}; it has ${have.length}, and ${more} more would be made. Delete what ` +
            "is not used, or ask for a higher limit in the control panel",
        ],
  );
}

function takenNames(
  { firewalls: wanted, sshKey, ownIds }: Wanted,
  { firewalls = [], sshKeys = [] }: Account,
): string[] {
  const left = "it is not in the stack's state, so another stack or a run that was cut off made it";
  const taken = firewalls.filter(({ id, name }) => wanted.includes(name) && !ownIds.has(id));
  const keyData = (line: string) => line.split(" ")[1];
  const sameKey = sshKeys.filter(({ id, public_key: line }) => keyData(line) === keyData(sshKey) && !ownIds.has(id));
  return [
    ...taken.map(({ name }) => `DigitalOcean has a firewall ${name} already: ${left}. Delete it if nothing uses it`),
    ...sameKey.map(
      ({ name }) =>
        `imera:provisioningPublicKey: the account has this SSH key already, as "${name}": ${left}. Delete it there`,
    ),
  ];
}

function sorted(regions: readonly { readonly slug: string }[]): string {
  return regions
    .map(({ slug }) => slug)
    .toSorted()
    .join(", ");
}

/** At most eight sizes, those of the wanted one's kind first. */
function likely(wanted: string, sizes: readonly OfferedSize[]): string {
  const kind = wanted.split("-")[0];
  const isOfKind = ({ slug }: OfferedSize) => slug.split("-")[0] === kind;
  const slugs = [...sizes.filter(isOfKind), ...sizes.filter((size) => !isOfKind(size))].map(({ slug }) => slug);
  return slugs.length === 0 ? "none that fits" : slugs.slice(0, 8).join(", ") + (slugs.length > 8 ? ", …" : "");
}
