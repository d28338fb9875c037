import { readSettings } from "./components/config.ts";
import { XmppNetwork } from "./components/xmpp-network.ts";

const settings = readSettings();

const network = new XmppNetwork("imera", { settings });

export const domain = network.domain;
export const adminJid = network.adminJid;
export const nodes = network.nodes;
