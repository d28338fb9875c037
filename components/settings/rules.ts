import type { PlainSettings } from "./schema.ts";
import { type NamedStack, pulumiCommandLine } from "../../host/terminal/advice.ts";
import { canaryUser, watchUser } from "../model/node-facts.ts";
import { configuredServices, serviceLabels } from "../model/services.ts";
import { authorityRules } from "./authority-rules.ts";
import { type Contradiction, rule, type Rule } from "./rule.ts";
import { watchRules } from "./watch-rules.ts";
import { backupRegionFor, spacesRegions } from "../vendors/digitalocean.ts";

/**
 * Finds every contradiction between the given settings of a stack. A rule whose settings are not all there is left out, so that what is
 * missing or malformed elsewhere does not hide it.
 */
export function contradictions(settings: Partial<PlainSettings>, stack: NamedStack): readonly Contradiction[] {
  return rules.flatMap((rule) => rule(settings, stack));
}

const rules: readonly Rule[] = [
  ...watchRules,
  ...authorityRules,
  rule(["domain", "zone"], ({ domain, zone }) =>
    zone === "" || domain === zone || domain.endsWith(`.${zone}`)
      ? undefined
      : { key: "zone", reason: `${domain} is not in the zone ${zone}` },
  ),
  rule(["sshNetworks"], ({ sshNetworks }, stack) =>
    sshNetworks.length > 0
      ? undefined
      : {
          key: "sshNetworks",
          reason:
            "nobody could configure a node; set the networks that may use SSH, this machine's among them: " +
            pulumiCommandLine(stack, "config", "set", "--path", "imera:sshNetworks[0]", "203.0.113.7/32"),
        },
  ),
  rule(["sshKeys", "provisioningPublicKey"], ({ sshKeys, provisioningPublicKey }) => {
    const keys = [provisioningPublicKey, ...sshKeys].map(keyData);
    const twice = sshKeys.find((line) => keys.filter((key) => key === keyData(line)).length > 1);
    return twice === undefined
      ? undefined
      : {
          key: "sshKeys",
          reason: `${twice} is there twice, or is provisioningPublicKey: it would stay when one of them is taken away`,
        };
  }),
  rule(["nodes"], ({ nodes }) => {
    const taken = nodes.find((node) => serviceLabels.some((label) => label === node));
    return taken === undefined
      ? undefined
      : { key: "nodes", reason: `${taken} is the name of a service of the domain` };
  }),
  rule(["nodes", "domain"], ({ nodes, domain }) => {
    const other = nodes.find((node) => namesOfOtherServers.test(node));
    return other === undefined
      ? undefined
      : {
          key: "nodes",
          reason: `${other}.${domain} is what others take for another server; take a name such as xmpp1`,
        };
  }),
  rule(["adminUser", "domain"], ({ adminUser, domain }) =>
    adminUser === canaryUser
      ? {
          key: "adminUser",
          reason: `${canaryUser}@${domain} is the account that drills and rebuilds log in with; take another, such as admin`,
        }
      : undefined,
  ),
  rule(["adminUser", "domain"], ({ adminUser, domain }) =>
    adminUser === watchUser
      ? {
          key: "adminUser",
          reason: `${watchUser}@${domain} is the account that watchers log in with; take another, such as admin`,
        }
      : undefined,
  ),
  rule(["turnRelayFirstPort", "turnRelayLastPort"], ({ turnRelayFirstPort: first, turnRelayLastPort: last }) =>
    last - first >= 15
      ? undefined
      : {
          key: "turnRelayLastPort",
          reason: `at least 16 ports are needed from turnRelayFirstPort ${first} on, got ${last}`,
        },
  ),
  rule(["turnRelayFirstPort", "turnRelayLastPort"], (relay) => {
    const { turnRelayFirstPort: first, turnRelayLastPort: last } = relay;
    const other = configuredServices(relay).find(
      ({ name, ports }) => name !== "turn-relay" && ports.first <= last && ports.last >= first,
    );
    return other === undefined
      ? undefined
      : { key: "turnRelayFirstPort", reason: `${first} to ${last} contain port ${other.ports.first} of ${other.name}` };
  }),
  rule(["uploadMaxFileMiB", "uploadQuotaMiB"], ({ uploadMaxFileMiB, uploadQuotaMiB }) =>
    uploadMaxFileMiB <= uploadQuotaMiB
      ? undefined
      : { key: "uploadMaxFileMiB", reason: `is more than uploadQuotaMiB, the ${uploadQuotaMiB} MiB a user may keep` },
  ),
  rule(["region", "backupRegion", "backupBucket"], ({ region, backupRegion, backupBucket }) => {
    if (backupRegion !== "") return undefined;
    if (backupBucket !== "") return { key: "backupRegion", reason: "say which region backupBucket is in" };
    return backupRegionFor(region) === undefined
      ? { key: "backupRegion", reason: `no region near ${region} is known to have Spaces; set one: ${spacesList()}` }
      : undefined;
  }),
  rule(["backupRegion", "backupEndpoint"], ({ backupRegion, backupEndpoint }) =>
    // What another provider calls its regions is not ours to know.
    backupRegion === "" || backupEndpoint !== "" || /^[a-z]{3}[0-9]{1,2}$/.test(backupRegion)
      ? undefined
      : {
          key: "backupRegion",
          reason: `${backupRegion} is no region of DigitalOcean; these have Spaces: ${spacesList()}`,
        },
  ),
  ...(["copyEndpoint", "copyRegion"] as const).map((key) =>
    rule(["copyBucket", key], (settings) =>
      settings.copyBucket === "" || settings[key] !== "" ? undefined : { key, reason: "say where copyBucket is" },
    ),
  ),
  rule(["copyBucket", "copyEndpoint"], ({ copyBucket, copyEndpoint }) =>
    copyBucket !== "" && /(^|\.)digitaloceanspaces\.com$/.test(copyEndpoint)
      ? {
          key: "copyEndpoint",
          reason:
            "is DigitalOcean's own, whose account the copy is to outlive; take another provider's, with Object Lock",
        }
      : undefined,
  ),
  rule(["purpose", "copyBucket", "copyEndpoint", "backupBucket", "backupEndpoint"], (settings) =>
    // A drill may restore from the copy.
    settings.purpose === "serve" &&
    settings.copyBucket !== "" &&
    settings.copyBucket === settings.backupBucket &&
    settings.copyEndpoint === settings.backupEndpoint
      ? { key: "copyBucket", reason: "is backupBucket itself; a copy needs a bucket of its own" }
      : undefined,
  ),
  rule(["purpose", "backupBucket"], ({ purpose, backupBucket }) =>
    purpose === "serve" || backupBucket !== ""
      ? undefined
      : { key: "backupBucket", reason: "a drill restores from an existing bucket, so name one; npm run drill does" },
  ),
  rule(["recovery", "recoveryTime"], ({ recovery, recoveryTime }) =>
    recoveryTime === "" || recovery === "auto" || recovery === "backup"
      ? undefined
      : { key: "recoveryTime", reason: `has no effect where recovery is ${recovery}: nothing is restored` },
  ),
];

/** Names that people and programs look for web, mail, name and file servers under; a node's address records would catch both. */
const namesOfOtherServers =
  /^(www|web|mail|email|webmail|smtp|submission|imap|pop|mx|mta-sts|autoconfig|autodiscover|ns|dns|ftp|localhost|wpad|isatap)\d*$/;

/** The key in a public line, without its type and comment. */
function keyData(line: string): string | undefined {
  return line.split(" ")[1];
}

function spacesList(): string {
  return spacesRegions.join(", ");
}
