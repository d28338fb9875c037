import { describe, expect, it } from "vitest";

import { otherProvider, readTarget, spaces } from "./hosts.ts";

const root = "spaces.local-cloud.test";

describe("readTarget", () => {
  it.each([
    [`ams3.${root}`, "/", { region: "ams3" }],
    [`ams3.${root}`, "/backup", { region: "ams3", bucket: "backup" }],
    [`ams3.${root}`, "/backup/", { region: "ams3", bucket: "backup" }],
    [`ams3.${root}`, "/backup/a/b%20c", { region: "ams3", bucket: "backup", key: "a/b c" }],
    [`AMS3.${root}:443`, "/backup//a/", { region: "ams3", bucket: "backup", key: "/a/" }],
    [`backup.fra1.${root}`, "/", { region: "fra1", bucket: "backup" }],
    [`backup.fra1.${root}`, "/a%2Fb", { region: "fra1", bucket: "backup", key: "a/b" }],
  ])("reads %s %s", (host, path, target) => {
    expect(readTarget(spaces, host, path)).toEqual(target);
  });

  it("reads the other provider's hosts for the other provider only", () => {
    const host = `elsewhere-1.${otherProvider.domain}`;
    expect(readTarget(otherProvider, host, "/copy/a")).toEqual({ region: "elsewhere-1", bucket: "copy", key: "a" });
    expect(readTarget(spaces, host, "/copy/a")).toBeUndefined();
    expect(readTarget(otherProvider, `ams3.${root}`, "/copy/a")).toBeUndefined();
  });

  it.each([root, `xyz1.${root}`, `ams3.${root}.example.org`, "ams3.digitaloceanspaces.com", ""])(
    "does not take %j for the object store",
    (host) => {
      expect(readTarget(spaces, host, "/backup")).toBeUndefined();
    },
  );
});
