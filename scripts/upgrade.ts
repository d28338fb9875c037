import process from "node:process";
import { showSteps } from "../host/terminal/progress.ts";
import { askToGoOn, networkCommand, type NetworkOptions, runNetworkCommand } from "./network/command-line.ts";
import { loginAsCanary } from "./network/node/canary-on-node.ts";
import { openFirstNode, runProgram } from "./network/node/program.ts";
import { describeUpgradePlan, readUpgradePlan } from "./upgrade/upgrade-plan.ts";

interface Options extends NetworkOptions {
  readonly yes?: boolean;
}

await runNetworkCommand(
  networkCommand(
    "npm run upgrade",
    "Upgrades ejabberd with its Erlang libraries, and PostgreSQL, after a backup. All sessions end for a moment.",
  )
    .option("--yes", "without asking")
    .action(upgrade),
);

async function upgrade(options: Options): Promise<void> {
  await using opened = await openFirstNode(options);
  const { session, access, outputs } = opened;
  const plan = await readUpgradePlan(session);
  process.stdout.write(`${describeUpgradePlan(plan, session.stack)}\n`);
  if (plan.upgrades.length === 0) return;
  if (options.yes !== true) {
    await askToGoOn("A backup is made, then ejabberd stops until this is done. Go on?", "--yes");
  }
  const step = showSteps();
  await step("upgrade", (report) =>
    runProgram(session, ["/usr/local/sbin/imera-upgrade", "now"], {
      onLine: report,
      onStderrLine: report,
      timeoutMs: 6 * 3_600_000,
    }),
  );
  const canary = await step("login", () => loginAsCanary(access, session, outputs.domain));
  process.stdout.write(`Upgraded. The node is proved ready, and ${canary} logged in.\n`);
}
