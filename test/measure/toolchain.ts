import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { buildBaseImage } from "../../local/incus/images.ts";
import { repositoryRoot } from "../runner/repository.ts";
import { type Measurement, seconds, timed } from "./table.ts";

/** Sets the toolchain up for a user who has nothing, Go's build cache included, and again. Minutes where the CLI is built. */
export async function measureToolchain(): Promise<Measurement[]> {
  const home = await mkdtemp(join(tmpdir(), "imera-measure-"));
  try {
    const env = { XDG_DATA_HOME: `${home}/data`, XDG_CACHE_HOME: `${home}/cache`, GOCACHE: `${home}/go` };
    const setUp = () =>
      timed(() => execa(process.execPath, [join(repositoryRoot, "toolchain/cli.ts")], { env, stdio: "inherit" }));
    const first = await setUp();
    const second = await setUp();
    return [
      { what: "toolchain set-up, first time", value: seconds(first) },
      {
        what: "toolchain set-up, second time",
        value: seconds(second),
        goal: { text: "under 2 s", met: second < 2000 },
      },
    ];
  } finally {
    await rm(home, { recursive: true });
  }
}

/** Builds the droplet image anew, beside the one in the user's cache. */
export async function measureImage(): Promise<Measurement[]> {
  const cache = await mkdtemp(join(tmpdir(), "imera-measure-"));
  const usual = process.env["XDG_CACHE_HOME"];
  process.env["XDG_CACHE_HOME"] = cache;
  try {
    return [{ what: "droplet image", value: seconds(await timed(() => buildBaseImage(() => undefined))) }];
  } finally {
    if (usual === undefined) delete process.env["XDG_CACHE_HOME"];
    else process.env["XDG_CACHE_HOME"] = usual;
    await rm(cache, { recursive: true });
  }
}
