import { findZone } from "./components/dns/cloudflare-zone.ts";
import { readSettings } from "./components/settings/settings.ts";
import { XmppNetwork } from "./components/xmpp-network.ts";

// The SDK asks for a stack trace with each promise and each resource. Node strips types in place, so there is nothing to map
// these to; looking it up all the same took a third of a preview.
Reflect.deleteProperty(Error, "prepareStackTrace");

const settings = readSettings();
const zone =
  settings.purpose === "drill" ? undefined : await findZone(settings.zone === "" ? settings.domain : settings.zone);

const network = new XmppNetwork("imera", { settings, zone });

export const domain = network.domain;
export const adminJid = network.adminJid;
export const nodes = network.nodes;
export const backup = network.backup;
export const backupReader = network.backupReader;
