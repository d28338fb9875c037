import { writeFile } from "node:fs/promises";
import { stackFiles, stackOutputs } from "../../local/stack/stack.ts";
import { askToGoOn } from "../network/command-line.ts";
import { kindOf, resourceTypes } from "../../toolchain/engine/resource-types.ts";
import { readDeployment } from "../../toolchain/engine/state.ts";
import { runEngine } from "../../toolchain/engine/run.ts";
import type { NetworkOutputs } from "../network/network-outputs.ts";
import type { StackAccess } from "../network/stack-access.ts";
import { build } from "./build.ts";
import { inOtherRegions, leaveBehind } from "./leave-behind.ts";
import { dataLosses, describePlan, plannedChanges } from "./plan.ts";
import { refresh } from "./refresh.ts";
import { rebuildReport, type RebuildReport } from "./report.ts";
import { reportOf } from "./result.ts";
import { chooseSettings, type ChosenSettings } from "./settings.ts";
import { verify } from "./verify.ts";
import { begin, inPhase, type RebuildOptions, say, type Work } from "./work.ts";

/**
 * Brings a network back, whatever of it is gone. Resolves once it was proved from outside that it serves. It can be killed and
 * run again at any moment. Throws with what failed and what to do.
 */
export async function rebuild(access: StackAccess, options: RebuildOptions): Promise<RebuildReport> {
  const work = begin(access, options);
  await refresh(work);
  const chosen = await chooseSettings(access, options);
  const undo = [chosen.undo];
  try {
    await refuseToMoveData(work, chosen.region);
    undo.push(await leaveBehind(work, chosen.region));
    await plan(work);
  } catch (error) {
    for (const takeBack of undo) await takeBack();
    throw error;
  }
  return await carryOut(work, chosen);
}

async function carryOut(work: Work, chosen: ChosenSettings): Promise<RebuildReport> {
  const { access } = work;
  try {
    await build(work);
    const outputs = await access.outputs();
    await noteOutputs(access, outputs);
    const verified = await inPhase(work, "verification", "from outside", (report) => verify(access, outputs, report));
    const report = reportOf(work, outputs.domain, verified, Date.now());
    report.warnings.push(...withoutEffect(report, chosen));
    if (chosen.time !== undefined) await forgetTime(access);
    return rebuildReport.parse(report);
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${whatNext(access, chosen)}`, {
      cause: error,
    });
  }
}

function withoutEffect({ recoveries, stack }: RebuildReport, { time }: ChosenSettings): string[] {
  if (time === undefined || recoveries.some(({ outcome }) => outcome !== "volume")) return [];
  return [
    "--to had no effect: the volume was there with its data, and nothing was restored. " +
      `To take a network that runs back in time: npm run restore -- --stack ${stack} --to ${time}`,
  ];
}

function whatNext({ stack }: StackAccess, { time }: ChosenSettings): string {
  const again = `npm run rebuild -- --stack ${stack}${time === undefined ? "" : ` --to ${time}`}`;
  const goesOn = `Once the cause is gone, run it again; it goes on where it stopped: ${again}`;
  const kept = `imera:recoveryTime stays ${time ?? ""} until then, so that a restore can't go further than you want.`;
  const node = "If a droplet is there but dead, delete it at DigitalOcean first; its volume stays.";
  return [goesOn, ...(time === undefined ? [] : [kept]), node, "docs/outage.md has more."].join("\n");
}

/** A volume can't move: another region's begins empty, and what it has comes from the backup. */
async function refuseToMoveData({ access, options }: Work, region: string): Promise<void> {
  if (options.leaveBehind === true) return;
  const bound = inOtherRegions(await readDeployment(access), region);
  const elsewhere = bound.filter(({ type }) => type === resourceTypes.volume);
  if (elsewhere.length === 0) return;
  const volumes = elsewhere.map(({ id = "", inputs }) => `${id} in ${String(inputs?.["region"])}`).join(", ");
  throw new Error(
    `DigitalOcean still lists the data volume ${volumes}, and a volume can't move to ${region}. Nothing was changed. If the ` +
      "region is gone for good, add --leave-behind: the volume is then forgotten, not deleted, and the data come from the backup.",
  );
}

async function plan(work: Work): Promise<void> {
  const { access, options } = work;
  const changes = await inPhase(work, "plan", "what to do (pulumi preview)", async () =>
    plannedChanges((await runEngine(access, ["preview"])).events),
  );
  say(describePlan(changes));
  const losses = dataLosses(changes);
  if (losses.length > 0) {
    const what = losses.map(({ does, type, name }) => `${does} the ${kindOf(type)} ${name}`).join(", ");
    throw new Error(
      `The plan would ${what}, with all data in it. A rebuild never does that; nothing was changed. See what asks for it: ` +
        `pulumi preview --diff --stack ${access.stack}`,
    );
  }
  if (options.yes === true || changes.length === 0) return;
  const startedMs = Date.now();
  await askToGoOn("Go on?", "--yes");
  work.phases.push({ name: "question", seconds: (Date.now() - startedMs) / 1000 });
}

/** `npm run local -- status` reads them. */
async function noteOutputs({ run }: StackAccess, outputs: NetworkOutputs): Promise<void> {
  if (run === undefined) return;
  await writeFile(stackFiles(run).outputs, JSON.stringify(stackOutputs.parse(outputs)), { mode: 0o600 });
}

/** The next restore is of the newest state again, and the node has to know. */
async function forgetTime(access: StackAccess): Promise<void> {
  await access.set("imera:recoveryTime", undefined);
  say("Taking the point in time out of the settings again.");
  await runEngine(access, ["up", "--yes", "--skip-preview"]);
}
