import { networkCommandLine } from "../../../host/terminal/advice.ts";
import { inspectCopy } from "../../status/inspect-network.ts";
import type { Check } from "../check.ts";
import { warning, well } from "../finding.ts";

/** Check of the copy of the backups at another provider. */
export const copyCheck: Check = {
  name: "copy",
  look: async ({ access }) => {
    const { ok, detail } = await inspectCopy(access);
    if (ok) return [well("copy", detail)];
    return [
      warning({
        id: "copy",
        seen: detail,
        wanted: "a copy of the newest backups at another provider",
        meaning: "With the DigitalOcean account the newest backups would be gone.",
        next: networkCommandLine("copy", access),
      }),
    ];
  },
};
