import { z } from "zod";
import { zoneName } from "../../../components/dns/cloudflare-zone.ts";
import { messageOf } from "../../../host/error.ts";
import { cloudflare } from "../../network/cloud-api.ts";
import type { Check } from "../check.ts";
import { NotLooked } from "../not-looked.ts";
import { type Finding, failure, well } from "../finding.ts";
import { namedResolvers } from "../resolvers.ts";

/** Check that the domain's registrar leads to the name servers that Cloudflare gave the zone, and to no others. */
export const delegationCheck: Check = {
  name: "delegation",
  look: async ({ access, settings, outputs }) => {
    const name = zoneName(settings);
    const resolvers = await namedResolvers(access, outputs.domain).catch(notLooked);
    const asked = resolvers.find(({ authoritative }) => !authoritative) ?? resolvers[0];
    const [answer, served] = await Promise.all([
      cloudflare(access)
        .then((api) => api.get(`zones?name=${encodeURIComponent(name)}`))
        .catch(notLooked),
      asked?.resolver.resolveNs(name).catch(() => []) ?? [],
    ]);
    const [zone] = zones.parse(answer).result;
    return judgeDelegation(name, zone, served);
  },
};

function notLooked(error: unknown): never {
  throw new NotLooked(messageOf(error), { cause: error });
}

const zoneForm = z.object({ status: z.string(), name_servers: z.array(z.string()).default([]) });
const zones = z.object({ result: z.array(zoneForm) });

/** Judges the name servers that the DNS names for a zone by those that Cloudflare gave it. */
export function judgeDelegation(
  name: string,
  zone: z.infer<typeof zoneForm> | undefined,
  served: readonly string[],
): readonly Finding[] {
  const plain = (names: readonly string[]) =>
    names
      .map((each) => each.toLowerCase().replace(/\.$/, ""))
      .toSorted()
      .join(", ");
  const [seen, wanted] = [plain(served), plain(zone?.name_servers ?? [])];
  if (zone?.status === "active" && seen === wanted) return [well("delegation", seen)];
  return [
    failure({
      id: "delegation",
      seen: `${seen || "no name server"}; Cloudflare says that the zone ${name} is ${zone?.status ?? "not there"}`,
      wanted: `${wanted || "the name servers of a zone at Cloudflare"}, and an active zone`,
      meaning: "Some or all resolvers ask servers that know nothing of the network.",
      next: `set these name servers, and no others, at the registrar of ${name}`,
      explains: ["dns-", "caa", "dnssec"],
    }),
  ];
}
