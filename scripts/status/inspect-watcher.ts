import { messageOf } from "../../host/error.ts";
import { networkCommandLine } from "../../host/terminal/advice.ts";
import type { NetworkMachine } from "../network/network-outputs.ts";
import { openNode } from "../network/node/ssh.ts";
import type { StackAccess } from "../network/stack-access.ts";
import type { Finding } from "./finding.ts";

/** Asks the droplet that watches whether it does. A network without one is as it was set up, and is told what that means. */
export async function inspectWatcher(access: StackAccess, watcher: NetworkMachine | undefined): Promise<Finding> {
  const name = "watcher";
  if (watcher === undefined) {
    return { name, ok: true, isGap: true, detail: "none: of a dead node your users will tell you (docs/watching.md)" };
  }
  try {
    await using session = await openNode(access, watcher);
    const { exitCode, stdout } = await session.run(question, { timeoutMs: 20_000 });
    const words = stdout.trim();
    return exitCode === 0
      ? { name, ok: true, detail: `watches from ${watcher.publicIpv4}, since ${words}` }
      : {
          name,
          ok: false,
          detail: `does not watch: ${words}. See there: ${networkCommandLine("ssh", access, "watcher")}`,
        };
  } catch (error) {
    return { name, ok: false, detail: messageOf(error) };
  }
}

const unit = "imera-watch.service";
const question =
  `if systemctl is-active --quiet ${unit}; then systemctl show --property=ActiveEnterTimestamp --value ${unit}; ` +
  `else systemctl is-active ${unit}; journalctl --unit ${unit} --lines 2 --output cat --no-pager; exit 1; fi`;
