import { expect, it } from "vitest";
import { poolStorage } from "./engine.ts";

it("root disks share their image's blocks where this machine can do that, and are copies elsewhere", () => {
  expect(poolStorage(["dir", "btrfs", "lvm"])).toMatchObject({ driver: "btrfs" });
  expect(poolStorage(["dir", "lvm"])).toEqual({ driver: "dir" });
});
