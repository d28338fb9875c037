import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { runNumbered } from "../run/run.ts";
import { noteMaker, refuseAnothersCloud } from "./maker.ts";

it("lets a terminal remove the clouds of its own clone, and asks for --yes for those of another", async () => {
  const folder = await mkdtemp(join(tmpdir(), "imera-maker-"));
  const run = { ...runNumbered(6), folder };
  try {
    await refuseAnothersCloud(run, true);
    await noteMaker(run);
    await refuseAnothersCloud(run, true);
    await writeFile(join(folder, "made-from"), "/home/else/imera/");
    await expect(refuseAnothersCloud(run, true)).rejects.toThrow(/else.*npm run local -- down --yes --run 6/s);
    await refuseAnothersCloud(run, false);
  } finally {
    await rm(folder, { recursive: true });
  }
});
