import process from "node:process";
import { runAsRoot } from "../host/as-root.ts";
import { runMain } from "../host/terminal/main.ts";
import { stackName as localStack } from "../local/stack/stack-name.ts";
import { pulumiArguments } from "./pulumi/pulumi-arguments.ts";
import { runPulumi } from "./pulumi/run-pulumi.ts";

const usage = `Runs Pulumi with the Node, the plugins, the state and the settings of a stack, whatever is in PATH.

npm run pulumi -- ARGUMENTS --stack NAME              a stack of yours: npm run pulumi -- preview --stack prod
npm run pulumi -- ARGUMENTS --stack local [--run N]   the stack of local cloud N; without --run, of local cloud 1
npm run pulumi -- ARGUMENTS                           what is about no stack: login, whoami, stack ls

Everything but --run is Pulumi's own: npm run pulumi -- up --help
`;

await runMain("npm run pulumi", async () => {
  const typed = process.argv.slice(2);
  if (typed.length === 0 || ["--help", "-h", "help"].includes(typed.join(" "))) {
    process.stdout.write(usage);
    return 0;
  }
  const given = pulumiArguments(typed);
  // A local cloud's files are root's.
  const asRoot = given.stack === localStack ? await runAsRoot() : undefined;
  return asRoot ?? runPulumi(given);
});
