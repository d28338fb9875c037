import { createHash } from "node:crypto";
import type { Droplet, Droplet_single_create } from "@digitalocean/dots/src/dots/models/index.js";
import { sorted } from "../protocol/index.ts";
import { apiTime, unlessEmpty } from "./answers.ts";
import type { DigitalOcean } from "./client.ts";

/** Inputs of a droplet, as a program gives them. */
export interface DropletInputs {
  readonly name: string;
  readonly image: string;
  readonly size: string;
  readonly region?: string;
  readonly sshKeys?: readonly string[];
  readonly userData?: string;
  readonly monitoring?: boolean;
  readonly backups?: boolean;
  readonly ipv6?: boolean;
  readonly dropletAgent?: boolean;
  readonly publicNetworking?: boolean;
  readonly vpcUuid?: string;
  readonly volumeIds?: readonly string[];
  readonly tags?: readonly string[];
}

/** Makes the body of a droplet's create. */
export function toDroplet(inputs: DropletInputs): Droplet_single_create {
  const { name, image, size, region, userData, vpcUuid, dropletAgent, publicNetworking } = inputs;
  return {
    name,
    size,
    image: isId(image) ? Number(image) : image,
    backups: inputs.backups ?? false,
    ipv6: inputs.ipv6 ?? false,
    monitoring: inputs.monitoring ?? false,
    tags: [...(inputs.tags ?? [])],
    ...(region === undefined ? {} : { region }),
    ...(userData === undefined ? {} : { userData }),
    ...(vpcUuid === undefined ? {} : { vpcUuid }),
    ...(dropletAgent === undefined ? {} : { withDropletAgent: dropletAgent }),
    ...(publicNetworking === false ? { publicNetworking } : {}),
    // The API tells a key's id from its fingerprint by its type, and volumes come as objects; the client's type has text
    // only. The official plugin still says that it wants no private network by its old name.
    additionalData: {
      private_networking: false,
      ssh_keys: (inputs.sshKeys ?? []).map((key) => (isId(key) ? Number(key) : key)),
      ...(inputs.volumeIds === undefined ? {} : { volumes: inputs.volumeIds.map((id) => ({ id })) }),
    },
  };
}

/** Hashes user data for the state (SHA-1, hex): the API never tells them again, and they may be long. */
export function hashed(userData: string): string {
  return createHash("sha1").update(userData).digest("hex");
}

/** Converts a droplet's inputs to the form of the state: user data become their hash. */
export function inState<I extends Pick<DropletInputs, "userData">>(inputs: I): I {
  return inputs.userData === undefined ? inputs : { ...inputs, userData: hashed(inputs.userData) };
}

/** Asks the API for a droplet; undefined when it is gone. */
export async function getDroplet(client: DigitalOcean, signal: AbortSignal, id: number): Promise<Droplet | undefined> {
  return (await client.find(signal, (api) => api.droplets.byDroplet_id(id).get()))?.droplet ?? undefined;
}

/** The part of the state that the API does not tell. */
interface Kept {
  readonly image?: string | null;
  readonly sshKeys?: readonly string[] | null;
  readonly userData?: string | null;
  readonly dropletAgent?: boolean | null;
  readonly resizeDisk?: boolean | null;
  readonly gracefulShutdown?: boolean | null;
}

/** Makes a droplet's state from the API's answer and from `kept`, in which `userData` is the hash. */
export function dropletOuts(found: Droplet, kept: Kept, givenTags: unknown) {
  const has = (feature: string) => found.features?.includes(feature) ?? false;
  const v4 = (type: string) => found.networks?.v4?.find((network) => network.type === type)?.ipAddress ?? "";
  return {
    name: found.name,
    image: kept.image ?? found.image?.slug ?? String(found.image?.id ?? ""),
    region: found.region?.slug,
    size: found.sizeSlug ?? found.size?.slug,
    sshKeys: kept.sshKeys ?? null,
    userData: kept.userData ?? null,
    monitoring: has("monitoring"),
    backups: has("backups"),
    ipv6: has("ipv6"),
    dropletAgent: kept.dropletAgent ?? null,
    publicNetworking: v4("public") !== "",
    vpcUuid: found.vpcUuid ?? "",
    volumeIds: sorted(found.volumeIds),
    tags: unlessEmpty(sorted(found.tags), givenTags),
    resizeDisk: kept.resizeDisk ?? true,
    gracefulShutdown: kept.gracefulShutdown ?? false,
    backupPolicy: null,
    privateNetworking: has("private_networking"),
    ipv6Address: (found.networks?.v6?.find(({ type }) => type === "public")?.ipAddress ?? "").toLowerCase(),
    ipv4Address: v4("public"),
    ipv4AddressPrivate: v4("private"),
    createdAt: apiTime(found.createdAt),
    disk: found.disk ?? 0,
    memory: found.memory ?? 0,
    vcpus: found.vcpus ?? 0,
    priceHourly: found.size?.priceHourly ?? 0,
    priceMonthly: found.size?.priceMonthly ?? 0,
    dropletUrn: `do:droplet:${found.id ?? ""}`,
    locked: found.locked ?? false,
    status: found.status ?? "",
  };
}

function isId(text: string): boolean {
  return /^\d+$/.test(text);
}
