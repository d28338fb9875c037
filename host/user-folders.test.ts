import { homedir } from "node:os";
import { expect, it } from "vitest";
import { userFolder } from "./user-folders.ts";

it.each([
  ["data", { XDG_DATA_HOME: "/srv/data" }, "/srv/data/imera"],
  ["cache", { XDG_DATA_HOME: "/srv/data" }, `${homedir()}/.cache/imera`],
  ["cache", { XDG_CACHE_HOME: "" }, `${homedir()}/.cache/imera`],
  ["state", { XDG_STATE_HOME: "state" }, `${homedir()}/.local/state/imera`],
] as const)("is for %s with %j: %s", (kind, environment, expected) => {
  expect(userFolder(kind, environment)).toBe(expected);
});
