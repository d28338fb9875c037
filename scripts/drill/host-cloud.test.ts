import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { recordPid } from "../../host/process.ts";
import { runNumbered, type Run } from "../../local/run/run.ts";
import { claimDrill, claimOwnCloud } from "./host-cloud.ts";

let run: Run;
beforeEach(async () => {
  run = { ...runNumbered(254), folder: join(await mkdtemp(join(tmpdir(), "imera-drill-")), "254") };
});
afterEach(() => rm(join(run.folder, ".."), { recursive: true }));

const step = <T>(_: string, work: (report: () => void) => Promise<T>) => work(() => undefined);

describe("a drill's claim", () => {
  it("is refused while another process drills in the run", async () => {
    const other = execa("sleep", ["60"]);
    await recordPid(join(run.folder, "drill.pid"), other.pid);
    await expect(claimDrill(run)).rejects.toThrow(
      `There is a drill in local cloud 254 already: process ${other.pid ?? 0} (`,
    );
    other.kill();
    await other.catch(() => undefined);
    await using claim = await claimDrill(run);
    expect(claim).toBeDefined();
  });

  it("on a cloud of its own is refused where somebody else made that cloud, which stays", async () => {
    await mkdir(run.folder);
    await writeFile(join(run.folder, "cloud.json"), "{}");
    await expect(claimOwnCloud(run, step)).rejects.toThrow("no drill made it. Name another number by --run");
    await expect(rm(join(run.folder, "cloud.json"))).resolves.toBeUndefined();
  });

  it("belongs to this process once it is taken", async () => {
    await claimOwnCloud(run, step);
    await expect(claimDrill(run)).rejects.toThrow(
      `There is a drill in local cloud 254 already: process ${process.pid} (`,
    );
  });
});
