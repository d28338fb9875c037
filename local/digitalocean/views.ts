import type { Region } from "../../components/vendors/digitalocean.ts";
import { findRegion, findSize, sizes, type Size } from "./catalogue.ts";
import { vpcOf, type Cloud } from "./cloud.ts";
import type { Action, Droplet, ReservedIp, Volume, Vpc } from "./entities.ts";
import { formatIpv4, netmask, parseIpv4Range } from "./ipv4.ts";
import { bootImageView } from "./image-views.ts";
import { availableSnapshots } from "./snapshots.ts";

// Resources as DigitalOcean's API shows them: field names and shapes are those of its OpenAPI document.

/** Shows a region. */
export function regionView(region: Region) {
  return {
    name: region.name,
    slug: region.slug,
    features: ["backups", "ipv6", "metadata", "install_agent", "storage", "image_transfer"],
    available: true,
    sizes: sizes.filter((size) => size.regions.includes(region.slug)).map(({ slug }) => slug),
  };
}

/** Shows a size. */
export function sizeView(size: Size) {
  return {
    slug: size.slug,
    memory: size.memoryMiB,
    vcpus: size.vcpus,
    disk: size.diskGiB,
    transfer: size.transferTiB,
    price_monthly: size.priceMonthlyUsd,
    price_hourly: size.priceHourlyUsd,
    regions: size.regions,
    available: true,
    description: size.description,
    disk_info: [{ type: "local", size: { amount: size.diskGiB, unit: "gib" } }],
  };
}

/** Shows a droplet. It is locked while an action on it is under way. */
export function dropletView(cloud: Cloud, droplet: Droplet) {
  const size = known(findSize(droplet.size), droplet.size);
  const volumes = cloud.state.volumes.all().filter(({ dropletId }) => dropletId === droplet.id);
  return {
    id: droplet.id,
    name: droplet.name,
    memory: size.memoryMiB,
    vcpus: size.vcpus,
    disk: droplet.diskGiB,
    disk_info: [{ type: "local", size: { amount: droplet.diskGiB, unit: "gib" } }],
    locked: cloud.actions.isBusy(droplet.id),
    status: droplet.status,
    kernel: null,
    created_at: droplet.createdAt,
    features: features(droplet),
    backup_ids: [],
    next_backup_window: null,
    snapshot_ids: availableSnapshots(cloud.state).flatMap(({ id, dropletId }) =>
      dropletId === droplet.id ? [id] : [],
    ),
    image: bootImageView(cloud.state, droplet),
    volume_ids: volumes.map(({ id }) => id),
    size: sizeView(size),
    size_slug: size.slug,
    networks: networksView(cloud, droplet),
    region: regionView(known(findRegion(droplet.region), droplet.region)),
    tags: droplet.tags,
    vpc_uuid: droplet.vpcId,
  };
}

/** Shows an action. */
export function actionView(action: Action) {
  return {
    id: action.id,
    status: action.status,
    type: action.type,
    started_at: action.startedAt,
    completed_at: action.completedAt,
    resource_id: action.resourceId,
    resource_type: action.resourceType,
    region: regionView(known(findRegion(action.region), action.region)),
    region_slug: action.region,
  };
}

/** Shows a volume. */
export function volumeView(volume: Volume) {
  return {
    id: volume.id,
    name: volume.name,
    region: regionView(known(findRegion(volume.region), volume.region)),
    droplet_ids: volume.dropletId === null ? [] : [volume.dropletId],
    description: volume.description,
    size_gigabytes: volume.sizeGiB,
    created_at: volume.createdAt,
    filesystem_type: volume.filesystem?.type ?? "",
    filesystem_label: volume.filesystem?.label ?? "",
    tags: volume.tags,
  };
}

/** Shows a reserved IP with its droplet. It is locked while an action on the droplet is under way. */
export function reservedIpView(cloud: Cloud, reserved: ReservedIp) {
  const droplet = reserved.dropletId === null ? undefined : cloud.state.droplets.get(String(reserved.dropletId));
  return {
    ip: reserved.ip,
    region: regionView(known(findRegion(reserved.region), reserved.region)),
    droplet: droplet === undefined ? null : dropletView(cloud, droplet),
    locked: droplet !== undefined && cloud.actions.isBusy(droplet.id),
    project_id: known(cloud.state.projectResources.get(reservedIpUrn(reserved.ip)), reserved.ip).projectId,
  };
}

/** Makes the URN under which projects know a reserved IP, in which DigitalOcean kept the old word. */
export const reservedIpUrn = (ip: string) => `do:floatingip:${ip}`;

/** Shows a VPC. */
export function vpcView(vpc: Vpc) {
  return {
    id: vpc.id,
    urn: `do:vpc:${vpc.id}`,
    name: vpc.name,
    description: vpc.description,
    region: vpc.region,
    ip_range: vpc.ipRange,
    default: vpc.isDefault,
    created_at: vpc.createdAt,
  };
}

function features(droplet: Droplet): string[] {
  return [
    ...(droplet.backupPolicy === null ? [] : ["backups"]),
    ...(droplet.publicIpv6 === null ? [] : ["ipv6"]),
    ...(droplet.monitoring ? ["monitoring"] : []),
    ...(droplet.agent ? ["droplet_agent"] : []),
    "private_networking",
  ];
}

function networksView({ state, plan }: Cloud, droplet: Droplet) {
  const range = known(parseIpv4Range(vpcOf(state, droplet).ipRange), droplet.vpcId);
  const { publicIpv4, publicIpv6, vpcIpv4 } = droplet;
  const publicNetmask = netmask(known(parseIpv4Range(plan.publicIpv4Cidr), plan.publicIpv4Cidr).prefix);
  return {
    v4: [
      { ip_address: publicIpv4, netmask: publicNetmask, gateway: plan.cloudIpv4, type: "public" },
      { ip_address: vpcIpv4, netmask: netmask(range.prefix), gateway: formatIpv4(range.base + 1), type: "private" },
    ],
    v6:
      publicIpv6 === null
        ? []
        : [{ ip_address: longIpv6(publicIpv6), netmask: 64, gateway: plan.cloudIpv6, type: "public" }],
  };
}

/** DigitalOcean has been seen to write addresses in full and in capitals, and in short: clients have to take each form. */
function longIpv6(address: string): string {
  const [head = [], tail] = address.split("::").map((half) => half.split(":").filter((group) => group !== ""));
  const groups = tail === undefined ? head : [...head, ...zeros(8 - head.length - tail.length), ...tail];
  return groups.map((group) => group.padStart(4, "0").toUpperCase()).join(":");
}

function zeros(count: number): string[] {
  return Array.from({ length: count }, () => "0");
}

function known<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`${what} is in the state but not known`);
  return value;
}
