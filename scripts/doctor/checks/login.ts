import { messageOf } from "../../../host/error.ts";
import type { Check } from "../check.ts";
import { failure, well } from "../finding.ts";
import { convergeCommand } from "../on-node.ts";

/** Check that an account can log in as any client does. */
export const loginCheck: Check = {
  name: "login",
  look: async (network) => {
    try {
      return [well("login", (await network.login()).jid)];
    } catch (error) {
      return [
        failure({
          id: "login",
          seen: messageOf(error),
          wanted: "a login of the network's own account imera-canary",
          meaning: "People cannot log in.",
          next: convergeCommand(network),
        }),
      ];
    }
  },
};
