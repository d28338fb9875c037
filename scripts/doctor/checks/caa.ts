import { caaValue } from "../../../components/dns/dns-records.ts";
import { pulumiCommandLine } from "../../../host/terminal/advice.ts";
import { servedAuthorities } from "../../network/caa.ts";
import { domainResolver } from "../../network/outside.ts";
import type { Check } from "../check.ts";
import { NotLooked } from "../not-looked.ts";
import { type Finding, failure, warning, well } from "../finding.ts";
import type { ExaminedNetwork } from "../examined-network.ts";

/** Check of the CAA records that the domain's name servers really serve (RFC 8659). */
export const caaCheck: Check = {
  name: "CAA",
  look: async ({ access, settings, outputs: { domain } }) => {
    const resolver = await domainResolver(access, domain);
    const served = await servedAuthorities(resolver, domain).catch((error: unknown) => {
      throw new NotLooked("the domain's name servers did not answer", { cause: error });
    });
    return judgeServedCaa({ access }, caaValue(settings), served);
  },
};

/** Authorities that Cloudflare adds where Universal SSL is on, as a zone has it by default. */
const universalSsl: ReadonlySet<string> = new Set([
  ...["comodoca.com", "digicert.com", "letsencrypt.org", "pki.goog", "sectigo.com", "ssl.com"],
]);

/** Judges the values that are served to authorities by the value of the stack's own record; empty: it makes none. */
export function judgeServedCaa(
  { access }: Pick<ExaminedNetwork, "access">,
  own: string,
  served: readonly string[],
): readonly Finding[] {
  const normal = (value: string) => value.replaceAll(/\s*;\s*/g, "; ").trim();
  const values = [...new Set(served.map(normal))];
  const others = values.filter((value) => value !== normal(own) && value !== ";");
  const authority = (value: string) => value.split(";")[0] ?? value;
  const foreign = others.filter((value) => !universalSsl.has(authority(value)));
  const added = others.filter((value) => universalSsl.has(authority(value)));
  const evidence = { seen: values.join(", ") || "no record", wanted: own === "" ? "no record" : own };
  const troubles = [
    ...(own === "" || values.includes(normal(own))
      ? []
      : [
          failure({
            id: "caa-missing",
            ...evidence,
            meaning: "Any authority may issue certificates for the domain, or none that the network uses.",
            next: pulumiCommandLine(access, "up"),
          }),
        ]),
    ...foreign.map((value) =>
      warning({
        id: `caa-foreign:${authority(value)}`,
        ...evidence,
        meaning:
          own === ""
            ? "From now on only the authorities that are named may issue: the network's next renewal may fail."
            : "One more authority may issue certificates for the domain, and with one of those somebody could listen in.",
        next: `${pulumiCommandLine(access, "preview")} shows the records; delete in the zone what you did not add`,
        explains: ["caa-universal-ssl"],
      }),
    ),
    ...(added.length === 0
      ? []
      : [
          warning({
            id: "caa-universal-ssl",
            ...evidence,
            meaning: "Cloudflare's own authorities may issue for the domain too, whatever the stack's record says.",
            next: "switch Universal SSL off (docs/dns.md), or accept this: docs/operating.md#accepted-findings",
          }),
        ]),
  ];
  return troubles.length > 0 ? troubles : [well("caa", evidence.seen)];
}
