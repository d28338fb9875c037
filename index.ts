import { findZone } from "./components/cloudflare-zone.ts";
import { readSettings } from "./components/config.ts";
import { XmppNetwork } from "./components/xmpp-network.ts";

const settings = readSettings();
const zone = await findZone(settings.zone === "" ? settings.domain : settings.zone);

const network = new XmppNetwork("imera", { settings, zone });

export const domain = network.domain;
export const adminJid = network.adminJid;
export const nodes = network.nodes;
