import { messageOf } from "../../../host/error.ts";
import { networkCommandLine } from "../../../host/terminal/advice.ts";
import type { Check } from "../check.ts";
import { failure, well } from "../finding.ts";

/** Check that the node can be asked, and all that it finds about itself. */
export const nodeCheck: Check = {
  name: "node",
  look: async (network) => {
    const report = await network.ask().catch((error: unknown) => messageOf(error));
    if (typeof report !== "string") {
      const [broken] = report.broken;
      if (broken !== undefined) throw new Error(`the node's check ${broken.check} ended on an error: ${broken.why}`);
      return [well("ssh", "the node answers"), ...report.findings];
    }
    return [
      failure({
        id: "ssh",
        seen: report,
        wanted: "the node's own examination, by SSH",
        meaning: "Nobody can look into the node or mend it, and what goes wrong there is not seen.",
        next: networkCommandLine("ssh", network.access),
      }),
    ];
  },
};
