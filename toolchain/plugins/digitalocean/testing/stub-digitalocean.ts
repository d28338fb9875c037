import type { StubAnswer, StubRequest } from "../../protocol/contract/stub-api.ts";
import { alertsRoute } from "./stub-alerts.ts";
import { actionsRoute, dropletView, newDroplet } from "./stub-droplets.ts";
import { StubSpaces, spacesKeys } from "./stub-spaces.ts";
import type { Entity, StubState } from "./stub-state.ts";

/** A DigitalOcean API that does what the recorded one did, at once and without checking anything. */
export class StubDigitalOcean implements StubState {
  /** Id of what is made next, so that it is the recorded one. */
  nextId = "";
  readonly collections = new Map<string, Map<string, Entity>>();
  readonly #spaces = new StubSpaces();
  #actions = 1000;

  collection(name: string): Map<string, Entity> {
    const found = this.collections.get(name) ?? new Map<string, Entity>();
    this.collections.set(name, found);
    return found;
  }

  answer = (request: StubRequest): StubAnswer => {
    const { method, path, host, body } = request;
    if (host !== undefined) return this.#spaces.answer({ ...request, host });
    const [, , kind = "", ...rest] = path.replace(/\?.*/, "").split("/");
    const fields: Entity = typeof body === "object" && body !== null ? { ...body } : {};
    switch (kind) {
      case "actions":
        return this.action(200);
      case "tags":
        return this.#tags(method, rest, fields);
      case "spaces":
        return spacesKeys(this, method, rest[1], fields);
      case "uptime":
      case "monitoring":
        return alertsRoute(this, method, rest, fields);
      case "account":
        return this.#entity("keys", method, rest.slice(1), fields);
      default:
        return this.#entity(kind, method, rest, fields);
    }
  };

  /** Makes what a recorded case's inputs name: cases before it made it, and it is gone by now. */
  makeWhatItWorksOn({ volumeId, ipAddress, project }: Entity): void {
    if (typeof volumeId === "string") this.collection("volumes").set(volumeId, { id: volumeId, droplet_ids: [] });
    if (typeof ipAddress === "string") this.collection("reserved_ips").set(ipAddress, { ip: ipAddress });
    if (typeof project === "string") this.collection("projects").set(project, { id: project });
  }

  /** An action that is done. */
  action(status: number): StubAnswer {
    return { status, body: { action: { id: ++this.#actions, status: "completed", type: "stub" } } };
  }

  #entity(kind: string, method: string, [id, sub]: readonly string[], body: Entity): StubAnswer {
    const shape = shapes[kind];
    if (shape === undefined) return { status: 501 };
    const all = this.collection(kind);
    const wrap = (entity: Entity) => ({ [shape.member]: shape.view(entity) });
    if (id === undefined) {
      all.set(this.nextId, shape.make(this.nextId, body));
      return { status: shape.created, body: wrap(all.get(this.nextId) ?? {}) };
    }
    if (kind === "projects" && id === "default") return { status: 200, body: { project: { id: DEFAULT_PROJECT } } };
    const found = all.get(id);
    if (sub === "actions") return actionsRoute(this, { kind, method, id, entity: found ?? {}, body });
    if (sub === "snapshots") return snapshotsOf(this.collection("snapshots"));
    if (sub === "resources") return projectResources(found ?? {}, method, body);
    if (found === undefined) return gone;
    if (method === "DELETE") return { status: all.delete(id) ? 204 : 404 };
    if (method === "PUT" || method === "PATCH") Object.assign(found, body);
    return { status: 200, body: wrap(found) };
  }

  #tags(method: string, [name, sub]: readonly string[], body: Entity): StubAnswer {
    if (sub === "resources") {
      for (const { resource_id, resource_type } of body["resources"] as Record<string, string>[]) {
        const entity = this.collection(`${resource_type ?? ""}s`).get(resource_id ?? "");
        const tags = (entity?.["tags"] ?? []) as string[];
        const others = tags.filter((tag) => tag !== name);
        if (entity !== undefined) entity["tags"] = method === "DELETE" ? others : [...others, name];
      }
      return { status: 204 };
    }
    return this.#entity("tags", method, name === undefined ? [] : [name], body);
  }
}

/** DigitalOcean's default project takes what leaves another. */
const DEFAULT_PROJECT = "00000000-0000-4000-8000-000000000def";

/** The recorder's stub made ids that are no UUIDs, and DigitalOcean's client reads only UUIDs where the API promises them. */
export const placeholders = {
  "-vpc000000000": "-0bc000000000",
  "-project00000": "-000000900000",
  "-peer00000000": "-00000000beef",
  "-chk000000000": "-00000000c4ec",
  "-alr000000000": "-00000000a1e4",
  "-mon000000000": "-000000003040",
  "projects/def/": `projects/${DEFAULT_PROJECT}/`,
};

const gone: StubAnswer = {
  status: 404,
  body: { id: "not_found", message: "The resource you were accessing could not be found.", request_id: "stub" },
};

const at = "2026-11-22T18:00:00Z";

interface Kind {
  /** Name of the member that holds the thing in an answer. */
  readonly member: string;
  readonly created: number;
  make(id: string, body: Entity): Entity;
  view(entity: Entity): Entity;
}

const asMade = (_: string, body: Entity) => body;
const asIs = (entity: Entity) => entity;
const count = { count: 0 };

const shapes: Readonly<Record<string, Kind>> = {
  keys: {
    member: "ssh_key",
    created: 201,
    make: (id, body) => ({ ...body, id: Number(id), fingerprint: "3b:16:bf:e4:8b:00:8b:b8:59:8c:a9:d3:f0:19:45:fa" }),
    view: asIs,
  },
  vpcs: {
    member: "vpc",
    created: 201,
    make: (id, body) => ({
      description: "",
      ip_range: "10.114.0.0/20",
      ...body,
      id,
      urn: `do:vpc:${id}`,
      default: false,
      created_at: at,
    }),
    view: asIs,
  },
  tags: {
    member: "tag",
    created: 201,
    make: (_, body) => ({
      ...body,
      resources: {
        ...count,
        droplets: count,
        images: count,
        volumes: count,
        volume_snapshots: count,
        databases: count,
      },
    }),
    view: asIs,
  },
  volumes: {
    member: "volume",
    created: 201,
    make: (id, body) => ({ ...body, id, region: { slug: body["region"] }, droplet_ids: [], created_at: at }),
    view: asIs,
  },
  droplets: { member: "droplet", created: 202, make: newDroplet, view: dropletView },
  reserved_ips: {
    member: "reserved_ip",
    created: 202,
    make: (id, body) => ({ ip: id, region: { slug: body["region"] || "fra1" }, droplet: null, locked: false }),
    view: asIs,
  },
  firewalls: {
    member: "firewall",
    created: 202,
    make: (id, body) => ({ ...body, id, status: "succeeded", created_at: at, pending_changes: [] }),
    view: asIs,
  },
  vpc_peerings: {
    member: "vpc_peering",
    created: 202,
    make: (id, body) => ({ ...body, id, status: "ACTIVE", created_at: at }),
    view: asIs,
  },
  snapshots: { member: "snapshot", created: 201, make: asMade, view: asIs },
  projects: {
    member: "project",
    created: 201,
    make: (id, body) => ({
      ...body,
      id,
      owner_id: 1,
      owner_uuid: "o",
      is_default: false,
      created_at: at,
      updated_at: at,
    }),
    view: asIs,
  },
};

/** Snapshots of a droplet have numbers for ids there, and texts in `/v2/snapshots`. */
function snapshotsOf(snapshots: ReadonlyMap<string, Entity>): StubAnswer {
  return {
    status: 200,
    body: { snapshots: [...snapshots].map(([id, snapshot]) => ({ ...snapshot, id: Number(id) })) },
  };
}

function projectResources(project: Entity, method: string, body: Entity): StubAnswer {
  const urns = (project["members"] ?? []) as string[];
  if (method === "POST") project["members"] = [...urns, ...(body["resources"] as string[])];
  const members = (project["members"] ?? []) as string[];
  return { status: 200, body: { resources: members.map((urn) => ({ urn, assigned_at: at, status: "ok" })) } };
}
