import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";

import { debianMirrors, mirrorSources, operatingSystem } from "./debian-mirrors.ts";

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

test("the mirrors are known on a machine whose package lists have never been fetched", async () => {
  const folder = await mkdtemp(join(tmpdir(), "imera-apt-"));
  try {
    await writeFile(join(folder, "apt.conf"), `Dir::State::lists "${folder}/lists";\n`);
    vi.stubEnv("APT_CONFIG", join(folder, "apt.conf"));
    const { id, codename } = await operatingSystem();
    expect((await debianMirrors())?.release).toBe(id === "debian" ? codename : undefined);
  } finally {
    vi.unstubAllEnvs();
    await rm(folder, { recursive: true });
  }
});
