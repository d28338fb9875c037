import { runtime } from "@pulumi/pulumi";
import { keepPassphrase } from "./components/backup/kept-passphrase.ts";
import { bootImage } from "./components/node/boot-image.ts";
import { keepNodes } from "./components/node/kept-nodes.ts";
import { sayWhatRestarts } from "./components/node/restart-notice.ts";
import { findZone, zoneName } from "./components/dns/cloudflare-zone.ts";
import { readSettings } from "./components/settings/settings.ts";
import { switchOn } from "./components/vendors/power.ts";
import { knownResources } from "./components/vendors/stack-state.ts";
import { survey } from "./components/vendors/survey.ts";
import { sayWhatIsUnseen } from "./components/watch/knowledge.ts";
import { XmppNetwork } from "./components/xmpp-network.ts";

// The SDK asks for a stack trace with each promise and each resource. Node strips types in place, so there is nothing to map
// these to; looking it up all the same took a third of a preview.
Reflect.deleteProperty(Error, "prepareStackTrace");

const name = "imera";
const given = readSettings();
const known = await knownResources();
await keepNodes({ name, domain: given.domain, nodes: given.nodes }, known);
await keepPassphrase({ passphrase: given.secrets.backupPassphrase, bucket: given.backupBucket }, known);
const settings = { ...given, image: await bootImage(given) };
const zone = settings.purpose === "drill" ? undefined : await findZone(zoneName(settings));
const found = await survey(name, settings, zone, known);
await switchOn(found.off.values());
if (runtime.isDryRun()) {
  await sayWhatIsUnseen(settings);
  const places = settings.nodes.map((key) => ({ node: `${name}-${key}`, region: settings.region }));
  await sayWhatRestarts(places, known);
}

const network = new XmppNetwork(name, { settings, zone, survey: found });

/** Domain of the network, the right side of every JID. */
export const domain = network.domain;
/** Bare JID of the administrator's account. The secret setting `imera:adminPassword` is its first password. */
export const adminJid = network.adminJid;
/** Nodes of the network: full host name, addresses, public SSH host key, id of the droplet and name of the volume. */
export const nodes = network.nodes;
/** Droplet that watches: host name, addresses, public SSH host key and id; null where there is none. */
export const watcher = network.watcher ?? null;
/** Files of a watcher on another machine, for `npm run watch`: watch.json and watch-secrets.json; null in a drill. Secret. */
export const watchElsewhere = network.watchElsewhere ?? null;
/** Bucket that the backups are in: S3 endpoint (a host name), region and bucket name. */
export const backup = network.backup;
/** Access key and secret key that can read the backups' bucket and do no more; `npm run drill` uses them. Secret. */
export const backupReader = network.backupReader;
