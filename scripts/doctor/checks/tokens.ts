import { z } from "zod";
import { messageOf } from "../../../host/error.ts";
import { cloudflare } from "../../network/cloud-api.ts";
import type { Check } from "../check.ts";
import { NotLooked } from "../not-looked.ts";
import { type Finding, failure, warning, well } from "../finding.ts";

/** Check that the operator's token for the zone is in force for a while. Of DigitalOcean's, `imera:tokenEnds` tells the end, on the node. */
export const tokensCheck: Check = {
  name: "tokens",
  look: async ({ access }) => {
    const answer = await cloudflare(access)
      .then((api) => api.get("user/tokens/verify"))
      .catch((error: unknown) => {
        throw new NotLooked(messageOf(error), { cause: error });
      });
    return judgeToken(verified.parse(answer).result, Date.now());
  },
};

const verified = z.object({ result: z.object({ status: z.string(), expires_on: z.string().nullish() }) });

const warnDays = 14;

/** Judges the state and the end of Cloudflare's token at a time in milliseconds since 1970. */
export function judgeToken(
  { status, expires_on: end }: z.infer<typeof verified>["result"],
  now: number,
): readonly Finding[] {
  const days = end === undefined || end === null ? Infinity : Math.floor((Date.parse(end) - now) / 86_400_000);
  if (status === "active" && days >= warnDays) {
    return [
      well("token", days === Infinity ? "Cloudflare's token has no end" : `Cloudflare's token ends in ${days} days`),
    ];
  }
  const isOver = status !== "active" || days < 0;
  return [
    (isOver ? failure : warning)({
      id: "token",
      seen: isOver ? `Cloudflare's token is ${status}` : `Cloudflare's token ends in ${days} days`,
      wanted: `an active token with ${warnDays} days or more`,
      meaning: "Without it no record can be changed by an update or a rebuild.",
      next: "make another one in Cloudflare's control panel (docs/production.md)",
    }),
  ];
}
