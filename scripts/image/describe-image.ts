import { networkCommandLine, pulumiCommandLine } from "../../host/terminal/advice.ts";
import { preparedImageSetting } from "../../components/model/prepared-image.ts";
import { factList } from "../../host/terminal/text-table.ts";
import type { MadeImage } from "./make-image.ts";

/** Describes an image that was made, and says what to do with it. */
export function describeImage(made: MadeImage): string {
  const { image, versions, deleted } = made;
  const costUsd = (image.sizeGiB * usdPerGiB).toFixed(2);
  const facts = [
    ["ejabberd", versions.ejabberd],
    ["PostgreSQL", versions.postgresql],
    ["regions", image.regions.join(", ")],
    ["size", `${image.sizeGiB} GiB, about ${costUsd} USD a month`],
    ["DigitalOcean's id", String(image.id)],
    ...(deleted.length === 0 ? [] : [["deleted", `${deleted.join("\n")}\n(the last two are kept)`] as const]),
  ] as const;
  return `${image.name} is made.\n\n${factList(facts)}\n\n${whatNext(made)}`;
}

/** DigitalOcean's price of a snapshot in US dollars a month, August 2026. */
const usdPerGiB = 0.06;

function whatNext({ stack, isUsed }: MadeImage): string {
  const drill = `Prove it, before an outage does:\n  ${networkCommandLine("drill", stack)}`;
  if (isUsed) return `New droplets are made from it (imera:image is prepared).\n${drill}`;
  const use = pulumiCommandLine(stack, "config", "set", "imera:image", preparedImageSetting);
  return `New droplets are made from it once the settings say so:\n  ${use}\n${drill}`;
}
