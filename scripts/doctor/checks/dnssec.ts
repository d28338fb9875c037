import { zoneName } from "../../../components/dns/cloudflare-zone.ts";
import { askDns, type DnsReply } from "../../probes/dns-question.ts";
import { messageOf } from "../../../host/error.ts";
import type { Check } from "../check.ts";
import { NotLooked } from "../not-looked.ts";
import { type Finding, failure, well } from "../finding.ts";

/** Check that a zone which its parent says is signed can be verified. */
export const dnssecCheck: Check = {
  name: "DNSSEC",
  look: async ({ access, settings, outputs }) => {
    const server = access.outside.nameServers?.[0] ?? "1.1.1.1";
    const service = `_xmpp-client._tcp.${outputs.domain}`;
    const [parent, checked, unchecked] = await Promise.all([
      askDns(server, { name: zoneName(settings), type: "DS" }),
      askDns(server, { name: service, type: "SRV" }),
      askDns(server, { name: service, type: "SRV", checkingDisabled: true }),
    ]).catch((error: unknown) => {
      throw new NotLooked(messageOf(error), { cause: error });
    });
    return judgeDnssec(zoneName(settings), { parent, checked, unchecked });
  },
};

/** Replies to the question for the zone's DS records, and to one in the zone, with and without a check of signatures. */
export interface SignatureLook {
  readonly parent: DnsReply;
  readonly checked: DnsReply;
  readonly unchecked: DnsReply;
}

/** Judges whether a zone's signatures can be verified, where its parent says that there are some. */
export function judgeDnssec(zone: string, { parent, checked, unchecked }: SignatureLook): readonly Finding[] {
  if (checked.code === "SERVFAIL" && unchecked.code === "NOERROR") {
    return [
      failure({
        id: "dnssec",
        seen: `${zone} has ${parent.answers} DS records at its parent, and its signatures cannot be verified`,
        wanted: "signatures that fit, or no DS record",
        meaning: "Resolvers that verify signatures, of a third of all users, do not find the network at all.",
        next: "take the DS record away at the registrar, or switch DNSSEC on in Cloudflare and enter its DS record",
        explains: ["dns-"],
      }),
    ];
  }
  if (parent.answers === 0) return [well("dnssec", `${zone} is not signed`)];
  return [well("dnssec", checked.isAuthentic ? `${zone} is signed, and verified` : `${zone} is signed`)];
}
