import { xml } from "@xmpp/client";
import { answerTo } from "../../probes/iq.ts";
import type { Check } from "../check.ts";
import { warning, well } from "../finding.ts";
import { stepLimitMs } from "../examined-network.ts";
import { convergeCommand } from "../on-node.ts";

/** Check that the server names an address for complaints (XEP-0157). */
export const abuseContactCheck: Check = {
  name: "abuse contact",
  look: async (network) => {
    const { outputs, settings } = network;
    const { client } = await network.session();
    const request = xml("query", { xmlns: "http://jabber.org/protocol/disco#info" });
    const answer = await answerTo(client, "get", outputs.domain, request, stepLimitMs);
    const fields =
      answer
        .getChild("query")
        ?.getChildren("x")
        .flatMap((form) => form.getChildren("field")) ?? [];
    const named = fields
      .filter(({ attrs }) => attrs.var === "abuse-addresses")
      .flatMap((field) => field.getChildren("value").map((value) => value.getText()));
    const wanted = `mailto:${settings.contact}`;
    if (named.includes(wanted)) return [well("abuse-contact", wanted)];
    return [
      warning({
        id: "abuse-contact",
        seen: named.join(", ") || "no address",
        wanted,
        meaning: "Whoever is annoyed by somebody here has nobody to write to, and blocks the domain.",
        next: convergeCommand(network),
      }),
    ];
  },
};
