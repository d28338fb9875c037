import type { RecordDeleteResponse } from "cloudflare/resources/dns/records";
import type { ZoneGetResponse } from "cloudflare/resources/dns/usage/zone";
import { type Context, Hono } from "hono";
import type { PermissionName } from "../permission-groups.ts";
import { type ApiEnv, type Cloud, page, success, timestamp, visibleZone } from "../context.ts";
import type { StoredRecord, StoredZone } from "../entities.ts";
import { refusal } from "../errors.ts";
import { requireNoConflict } from "../record-conflicts.ts";
import { recordFilter } from "../record-filter.ts";
import { changedRecord, patchedRecord, newRecord, recordResponse } from "../records.ts";
import { readBody, recordBody, recordPatch } from "../schemas.ts";

const readers = ["DNS Read", "DNS Write"] as const;
const writers = ["DNS Write"] as const;
/** Of a free zone that was made since September 2024. */
const recordQuota = 200;

/** `zones/{id}/dns_records`: https://developers.cloudflare.com/api/resources/dns/subresources/records/ */
export function recordRoutes(cloud: Cloud): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  const { records } = cloud.state;
  const store = (zone: StoredZone, record: StoredRecord) => {
    requireNoConflict(record, recordsOf(cloud, zone), zone.name);
    return success(recordResponse(records.put(record.id, record)));
  };

  app.get("/", (c) => {
    const zone = zoneFor(cloud, c, readers);
    const found = recordsOf(cloud, zone).filter(recordFilter(c.req.query(), zone.name));
    return c.json(page(c, found.map(recordResponse), 100));
  });
  app.post("/", async (c) => {
    const zone = zoneFor(cloud, c, writers);
    const body = await readBody(c.req, recordBody);
    if (recordsOf(cloud, zone).length >= recordQuota) throw refusal(400, 81045, "Record quota exceeded.");
    return c.json(store(zone, newRecord(body, zone, { id: cloud.ids.id(), now: timestamp(cloud) })));
  });
  app.get("/usage", (c) => {
    const { length } = recordsOf(cloud, zoneFor(cloud, c, readers));
    return c.json(success<ZoneGetResponse>({ record_quota: recordQuota, record_usage: length }));
  });
  app.get("/:record", (c) => c.json(success(recordResponse(recordFor(cloud, c, readers)))));
  app.put("/:record", async (c) => {
    const old = recordFor(cloud, c, writers);
    const zone = zoneFor(cloud, c, writers);
    const body = await readBody(c.req, recordBody);
    return c.json(store(zone, changedRecord(body, zone, { old, now: timestamp(cloud) })));
  });
  app.patch("/:record", async (c) => {
    const old = recordFor(cloud, c, writers);
    const zone = zoneFor(cloud, c, writers);
    const patch = await readBody(c.req, recordPatch);
    return c.json(store(zone, patchedRecord(patch, zone, { old, now: timestamp(cloud) })));
  });
  app.delete("/:record", (c) => {
    const { id } = recordFor(cloud, c, writers);
    records.delete(id);
    return c.json(success<RecordDeleteResponse>({ id }));
  });
  return app;
}

function zoneFor(cloud: Cloud, c: Context<ApiEnv>, permissions: readonly PermissionName[]): StoredZone {
  const zone = visibleZone(cloud, c, c.req.param("zone") ?? "");
  c.get("caller").require(permissions, { kind: "zone", id: zone.id, accountId: cloud.account.id });
  return zone;
}

function recordFor(cloud: Cloud, c: Context<ApiEnv>, permissions: readonly PermissionName[]): StoredRecord {
  const zone = zoneFor(cloud, c, permissions);
  const record = cloud.state.records.get(c.req.param("record") ?? "");
  if (record?.zone_id !== zone.id) throw refusal(404, 81044, "Record does not exist.");
  return record;
}

function recordsOf(cloud: Cloud, zone: StoredZone): StoredRecord[] {
  return cloud.state.records.all().filter(({ zone_id }) => zone_id === zone.id);
}
