import { describe, expect, it } from "vitest";
import { endpointOf } from "./backup-store.ts";
import { buildNetwork, nodeFactsOf, usualNetwork } from "../testing/build-network.ts";
import { existingBucket, secretOf } from "../testing/good-config.ts";
import { resolved, resource } from "../testing/mocks.ts";
import { backupRegionFor, isSpacesRegion } from "../vendors/digitalocean.ts";

describe("BackupStore", () => {
  it("keeps what is overwritten or deleted for as long as backups are kept, and nobody else can read it", async () => {
    const { askedFor } = await buildNetwork({ "imera:backupKeepDays": "90" });
    expect(resource(askedFor, "imera-backup").inputs).toEqual({
      region: "ams3",
      acl: "private",
      versioning: { enabled: true },
      lifecycleRules: [
        {
          id: "outdated",
          enabled: true,
          noncurrentVersionExpiration: { days: 90 },
          expiration: { expiredObjectDeleteMarker: true },
          abortIncompleteMultipartUploadDays: 1,
        },
      ],
      forceDestroy: false,
    });
  });

  it("gives the node and the drills a key each, for this bucket and no other", async () => {
    const { askedFor } = await usualNetwork();
    const bucket = "imera-backup-1a2b3c4";
    expect(resource(askedFor, "imera-backup-node-key").inputs).toEqual({
      name: "imera-prod-node",
      grants: [{ bucket, permission: "readwrite" }],
    });
    expect(resource(askedFor, "imera-backup-drill-key").inputs).toEqual({
      name: "imera-prod-drill",
      grants: [{ bucket, permission: "read" }],
    });
  });

  it("protects the bucket, unless the stack is one to throw away", async () => {
    const kept = await usualNetwork();
    expect(kept.options.get("imera-backup")).toMatchObject({ protect: true });
    const thrownAway = await buildNetwork({ "imera:protectData": "false" });
    expect(thrownAway.options.get("imera-backup")).toMatchObject({ protect: false });
    expect(resource(thrownAway.askedFor, "imera-backup").inputs).toMatchObject({ forceDestroy: true });
  });

  it("leaves the bucket where it was made when the droplet moves", async () => {
    const { options } = await usualNetwork();
    expect(options.get("imera-backup")?.ignoreChanges).toEqual(["region"]);
  });

  it("uses a bucket that exists, and makes and removes nothing of it", async () => {
    const { askedFor, network } = await buildNetwork(existingBucket);
    expect(askedFor.filter(({ type }) => type.includes("index/spaces"))).toEqual([]);
    expect(nodeFactsOf(askedFor).backup).toMatchObject({ region: "ams3", bucket: "backups-of-old" });
    expect(await resolved(network.backupReader.secretKey)).toBe(secretOf("backupSecretKey"));
  });

  it("tells where it is, and what reads it", async () => {
    const { network } = await usualNetwork();
    expect(await resolved(network.backup)).toEqual({
      endpoint: "ams3.digitaloceanspaces.com",
      region: "ams3",
      bucket: "imera-backup-1a2b3c4",
    });
    expect(await resolved(network.backupReader.accessKey)).toBe("access-imera-backup-drill-key");
  });
});

describe("endpointOf", () => {
  it.each([
    ["", undefined, "ams3.digitaloceanspaces.com"],
    ["", "http://{{.Region}}.spaces.local-cloud.test", "ams3.spaces.local-cloud.test"],
    ["", "https://{{ .Region }}.example.com:8443/", "ams3.example.com"],
    ["s3.example.com", "http://{{.Region}}.spaces.local-cloud.test", "s3.example.com"],
  ])("of %j and %j is %s", (backupEndpoint, spacesEndpoint, expected) => {
    expect(endpointOf({ backupEndpoint, spacesEndpoint }, "ams3")).toBe(expected);
  });
});

describe("backupRegionFor", () => {
  it.each(["ams3", "atl1", "blr1", "fra1", "lon1", "nyc1", "nyc3", "ric1", "sfo2", "sfo3", "sgp1", "syd1", "tor1"])(
    "gives droplets in %s a region with Spaces in another city",
    (region) => {
      const other = backupRegionFor(region) ?? "";
      expect(isSpacesRegion(other)).toBe(true);
      expect(other.slice(0, 3)).not.toBe(region.slice(0, 3));
    },
  );
});
