import { mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { temporaryFolder } from "../../host/testing/temporary-folder.ts";
import { withoutEngineLogs } from "./engine-logs.ts";

it.each([
  ["there is nothing yet", () => undefined],
  ["the engine has logged before", writeLog],
  ["it was done before", writeFile],
])("keeps the engine from logs of its own where %s", async (_when, before) => {
  const pulumiHome = temporaryFolder("toolchain");
  const logs = path.join(pulumiHome, "logs");
  before(logs);
  await withoutEngineLogs({ pulumiHome });
  expect([statSync(logs).isFile(), readdirSync(pulumiHome)]).toEqual([true, ["logs"]]);
});

function writeFile(logs: string): void {
  writeFileSync(logs, "");
}

function writeLog(logs: string): void {
  mkdirSync(logs);
  writeFileSync(path.join(logs, "pulumi-20261127T000000-1.log"), "");
}
