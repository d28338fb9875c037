import process from "node:process";
import { runAsRoot } from "../host/as-root.ts";
import { runMain } from "../host/terminal/main.ts";
import { stackName as localStack } from "../local/stack/stack-name.ts";
import { openStack } from "./network/open-stack.ts";
import { logIn, nodeLogin } from "./network/node/log-in.ts";
import { runOnTerminal } from "./network/node/terminal-session.ts";
import { nodeNamed } from "./ssh/node-named.ts";
import { sshArguments, type SshArguments } from "./ssh/ssh-arguments.ts";

const usage = `Opens a shell on a node, as root, or runs one command there and ends with its exit code.

npm run ssh -- --stack NAME [NODE] [COMMAND …]
npm run ssh -- --stack prod                             the first node
npm run ssh -- --stack prod xmpp1 journalctl -u ejabberd
npm run ssh -- --stack prod watcher                     the droplet that watches
npm run ssh -- --stack local --run 6 xmpp1

The stack has the key and the node's host key; neither is written anywhere.
`;

await runMain("npm run ssh", async () => {
  const typed = process.argv.slice(2);
  if (typed.includes("--help") && typed.indexOf("--help") < 3) {
    process.stdout.write(usage);
    return 0;
  }
  const given = sshArguments(typed);
  // A local cloud's files are root's.
  const asRoot = given.stack === localStack ? await runAsRoot() : undefined;
  return asRoot ?? goOnNode(given);
});

async function goOnNode({ stack, run, node, command }: SshArguments): Promise<number> {
  const access = await openStack({ stack, run });
  const { nodes, watcher } = await access.outputs();
  const machines = [...nodes, ...(watcher === undefined ? [] : [watcher])];
  const client = await logIn(await nodeLogin(access, nodeNamed(node, machines)));
  client.on("error", () => undefined);
  try {
    return await runOnTerminal(client, command.length === 0 ? undefined : command.join(" "));
  } finally {
    client.end();
  }
}
