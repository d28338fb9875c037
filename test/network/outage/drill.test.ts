import { randomBytes } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { upstreamVersion } from "../../../components/model/prepared-image.ts";
import { digitaloceanList } from "../vendors.ts";
import { networkUnderTest } from "./network-under-test.ts";
import { isServing, nodeMachine } from "./node.ts";
import { backUpNow, operatorCommand } from "./operator.ts";

networkUnderTest();

const report = z.object({
  passed: z.boolean(),
  gaps: z.array(z.string()),
  rows: z.number().optional(),
  uploads: z.number().optional(),
  canary: z.string().nullable().optional(),
  ejabberd: z.string().optional(),
  rebuildEjabberd: z.string().nullable().optional(),
});

async function drill() {
  const file = join(tmpdir(), `imera-drill-${randomBytes(6).toString("hex")}.json`);
  try {
    const { exitCode, output } = await operatorCommand("drill", "--json", file);
    return { exitCode, output, report: report.parse(JSON.parse(await readFile(file, "utf8"))) };
  } finally {
    await rm(file, { force: true });
  }
}

describe("a drill", () => {
  it("restores the newest backup elsewhere, finds all of it, logs in and leaves nothing behind", async () => {
    await backUpNow();
    const node = await nodeMachine();
    const result = await drill();
    expect(result.exitCode, result.output).toBe(0);
    expect(result.report).toMatchObject({ passed: true, gaps: [] });
    expect(result.report.rows).toBeGreaterThan(20_000);
    expect(result.report.uploads).toBeGreaterThanOrEqual(50);
    expect(result.report.canary).toMatch(/^imera-canary@/);
    expect(upstreamVersion(result.report.ejabberd ?? ""), "made from the image that a rebuild would use").toBe(
      result.report.rebuildEjabberd,
    );
    expect((await nodeMachine()).dropletId).toBe(node.dropletId);
    expect(await digitaloceanList("volumes")).toHaveLength(1);
    await isServing(node, 30_000);
  });
});
