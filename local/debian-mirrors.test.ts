import { expect, test } from "vitest";

import { mirrorSources } from "./debian-mirrors.ts";

test("a droplet's sources come from this machine's mirrors, backports and security among them", () => {
  const mirrors = {
    release: "bookworm",
    archive: "http://mirror.example/debian/",
    security: "http://mirror.example/sec/",
  };
  expect(mirrorSources(mirrors, "trixie")).toBe(
    `deb http://mirror.example/debian/ trixie main
deb http://mirror.example/debian/ trixie-updates main
deb http://mirror.example/debian/ trixie-backports main
deb http://mirror.example/sec/ trixie-security main
`,
  );
});
