import type { StubAnswer } from "../../protocol/contract/stub-api.ts";
import type { Entity, StubState } from "./stub-state.ts";

/** A droplet as its create asked for it. */
export function newDroplet(id: string, body: Entity): Entity {
  return {
    vpc_uuid: "00000000-0000-4000-8000-00000000dddd",
    ...body,
    id: Number(id),
    status: "active",
    volume_ids: [],
    created_at: "2026-11-22T18:00:00Z",
  };
}

/** A droplet as the API answers it. */
export function dropletView(droplet: Entity): Entity {
  const { id, name, status, size, region, image, tags, vpc_uuid, volume_ids, created_at, ipv6 } = droplet;
  const features = ["monitoring", "backups", "ipv6"].filter((feature) => droplet[feature] === true);
  const v6 = ipv6 === true ? [{ type: "public", ip_address: "2001:DB8::10" }] : [];
  return {
    ...{ id, name, status, tags, vpc_uuid, volume_ids, created_at },
    locked: false,
    memory: 1024,
    vcpus: 1,
    disk: 25,
    size_slug: size,
    size: { slug: size, price_hourly: 0.00893, price_monthly: 6 },
    region: { slug: region },
    image: { id: 1234, slug: image },
    features: [...features, "private_networking"],
    networks: {
      v4: [
        { type: "private", ip_address: "10.114.0.2" },
        { type: "public", ip_address: "203.0.113.10" },
      ],
      v6,
    },
  };
}

interface ActionRequest {
  readonly kind: string;
  readonly method: string;
  readonly id: string;
  readonly entity: Entity;
  readonly body: Entity;
}

/** `…/actions` of droplets, volumes and reserved IPs: done as soon as asked for. */
export function actionsRoute(stub: StubState, { kind, method, id, entity, body }: ActionRequest): StubAnswer {
  if (method === "GET") return kind === "droplets" ? { status: 200, body: { actions: [] } } : stub.action(200);
  if (body["type"] === "snapshot") takeSnapshot(stub, id, body);
  else if (kind === "droplets") Object.assign(entity, afterDropletAction(body));
  if (kind === "reserved_ips") entity["droplet"] = body["type"] === "assign" ? { id: body["droplet_id"] } : null;
  if (kind === "volumes") volumeAction(stub, id, entity, body);
  return stub.action(kind === "volumes" ? 202 : 201);
}

function afterDropletAction({ type, name, size }: Entity): Entity {
  switch (type) {
    case "power_off":
      return { status: "off" };
    case "power_on":
      return { status: "active" };
    case "rename":
      return { name };
    case "resize":
      return { size };
    case "enable_backups":
      return { backups: true };
    default:
      throw new Error(`The stub has no droplet action ${String(type)}.`);
  }
}

function takeSnapshot(stub: StubState, dropletId: string, { name }: Entity): void {
  const made = { id: stub.nextId, name, regions: ["fra1"], size_gigabytes: 2.5, min_disk_size: 25 };
  const from = { resource_id: dropletId, resource_type: "droplet", created_at: "2026-11-22T18:00:00Z" };
  stub.collection("snapshots").set(stub.nextId, { ...made, ...from });
}

function volumeAction(stub: StubState, id: string, volume: Entity, body: Entity): void {
  if (body["type"] === "resize") volume["size_gigabytes"] = body["size_gigabytes"];
  if (body["type"] !== "attach") return;
  volume["droplet_ids"] = [body["droplet_id"]];
  const droplet = stub.collection("droplets").get(String(body["droplet_id"]));
  if (droplet !== undefined) droplet["volume_ids"] = [id];
}
