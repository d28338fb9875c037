import { parseArgs } from "node:util";
import { takeDown } from "../../local/commands/down.ts";
import { showSteps } from "../../host/terminal/progress.ts";
import { runNumbered } from "../../local/run/run.ts";
import { localZones } from "../../local/stack/stack.ts";
import { bringCloudUp } from "../../local/commands/up.ts";
import { createIncus } from "../../local/incus/client.ts";
import { setUpToolchain } from "../../toolchain/set-up.ts";
import { measureBadDays } from "./bad-days.ts";
import { measureDeaths } from "./deaths.ts";
import { bringNetworkUp, measureFirstLogin } from "./first-login.ts";
import { measureImport } from "./import.ts";
import { measureMemory } from "./memory.ts";
import { measurePreview } from "./preview.ts";
import { measureQuiet } from "./quiet.ts";
import { measureRebuild } from "./rebuild.ts";
import { measureRetention } from "./retention.ts";
import { measurementTable, type Measurement } from "./table.ts";
import { measureImage, measureToolchain } from "./toolchain.ts";

/**
 * Measures what docs/measurements.md shows and prints its table: `npm run measure`, as root, on a machine with nothing else to
 * do. `--skip-set-up` leaves out what takes minutes where the CLI is built; `--bad-days` measures first boots on which something
 * goes wrong, and nothing else, and `--retention` the end of a million messages; `--deaths` measures the time from deaths to alarms,
 * in a local cloud that runs, and leaves it there; `--quiet MINUTES` counts the alarms of one that is well, likewise, and `--import`
 * imports an old server of `--people` and `--messages`; `--rebuild` rebuilds the network of a local cloud that runs, and leaves it there. `--bad-day TEXT`
 * and `--death TEXT` measure those only that have the text in their name. `--run` names the number of the local cloud, which must
 * not be one that is wanted.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      "skip-set-up": { type: "boolean", default: false },
      "bad-days": { type: "boolean", default: false },
      "bad-day": { type: "string", default: "" },
      retention: { type: "boolean", default: false },
      deaths: { type: "boolean", default: false },
      death: { type: "string", default: "" },
      quiet: { type: "string", default: "" },
      import: { type: "boolean", default: false },
      rebuild: { type: "boolean", default: false },
      people: { type: "string", default: "5000" },
      messages: { type: "string", default: "2000000" },
      run: { type: "string", default: "210" },
    },
  });
  const run = runNumbered(Number(values.run));
  process.env["IMERA_TEST_RUN"] = String(run.number);
  const found: Measurement[] = [];
  if (values.deaths || values.death !== "") {
    process.stdout.write(`\n${measurementTable(await measureDeaths(values.death))}\n`);
    return;
  }
  if (values.quiet !== "") {
    process.stdout.write(`\n${measurementTable(await measureQuiet(Number(values.quiet)))}\n`);
    return;
  }
  if (values.import) {
    const size = { people: Number(values.people), messages: Number(values.messages) };
    process.stdout.write(`\n${measurementTable(await measureImport(size))}\n`);
    return;
  }
  if (values.rebuild) {
    process.stdout.write(`\n${measurementTable(await measureRebuild({ run, incus: createIncus(run.files.incus) }))}\n`);
    return;
  }
  const badDays = values["bad-days"] || values["bad-day"] !== "";
  if (!values["skip-set-up"] && !badDays && !values.retention) {
    found.push(...(await measureToolchain()), ...(await measureImage()));
  }
  const toolchain = await setUpToolchain();
  const step = showSteps();
  await takeDown(run, step);
  try {
    const cloud = await bringCloudUp(run, { zones: await localZones(), step, meanwhile: () => Promise.resolve() });
    if (values.retention) {
      await bringNetworkUp(run.number);
      found.push(...(await measureRetention(run)));
    } else if (badDays) {
      await bringNetworkUp(run.number);
      found.push(...(await measureBadDays(cloud, values["bad-day"])));
    } else {
      found.push(...(await measureFirstLogin(cloud)));
      found.push(...(await measurePreview(run, toolchain)));
      found.push(...(await measureMemory(run)));
      found.push(...(await measureRebuild(cloud)));
    }
  } finally {
    await takeDown(run, step);
  }
  const parts = toolchain.parts.map(({ part, version, origin }) => `${part} ${version} (${origin})`);
  process.stdout.write(`\n${measurementTable(found)}\n\nToolchain: ${parts.join(", ")}.\n`);
}

await main();
