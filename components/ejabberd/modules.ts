import { describeData, providerFile, type DataLimits } from "./data-limits.ts";
import { mediaTypes } from "./media-types.ts";
import { uploadDirectory } from "../model/node-facts.ts";

/** Input of the modules' options. */
export interface ModulesInput extends DataLimits {
  /** Mail address for complaints. */
  readonly contact: string;
  readonly spamProtection: boolean;
  readonly uploadMaxFileMiB: number;
  readonly domain: string;
  /** Nodes of the server's own commands (XEP-0050) that may be given by chat, each as it is spelt. */
  readonly forms: readonly string[];
  readonly proxy65Port: number;
  /** Macro that stands for the secret of STUN and TURN. */
  readonly turnSecretMacro: string;
}

/** Builds the options of ejabberd's modules, by name of the module; pure. */
export function ejabberdModules(input: ModulesInput): Readonly<Record<string, object>> {
  return {
    ...core,
    ...messaging,
    ...rooms,
    ...publishing,
    ...profiles(input),
    ...web,
    ...uploads(input),
    ...ceiling(input),
    ...spam(input),
    ...calls(input),
    // Modules of ours on the node.
    imera_archive: {},
    imera_commands: { forms: input.forms },
    imera_hashes: {},
    imera_logins: {},
    imera_push: {},
    imera_resets: {},
    mod_disco: { server_info: contactAddresses(input.contact) },
  };
}

const core = {
  mod_adhoc: {},
  mod_adhoc_api: {},
  mod_admin_extra: {},
  mod_auth_fast: {},
  mod_client_state: {},
  mod_configure: {},
  // The node's own checks come over loopback: a ban would take them for a fault of the server.
  mod_fail2ban: { access: "spared_by_fail2ban" },
  mod_http_api: {},
  mod_last: {},
  mod_ping: {},
  // Nobody registers over XMPP, but whoever has an account can change its password there.
  mod_register: { access: "none" },
  mod_s2s_bidi: {},
  mod_s2s_dialback: {},
  mod_scram_upgrade: { offered_upgrades: ["sha256", "sha512"] },
  mod_stream_mgmt: { resend_on_timeout: "if_offline" },
  mod_version: { show_os: false },
};

const messaging = {
  mod_blocking: {},
  mod_caps: {},
  mod_carboncopy: {},
  mod_mam: { assume_mam_usage: true, default: "always" },
  mod_offline: { access_max_user_messages: "max_user_offline_messages" },
  mod_privacy: {},
  mod_private: {},
  mod_push: {},
  mod_push_keepalive: {},
  mod_roster: { versioning: true },
  mod_shared_roster: {},
};

const rooms = {
  mod_muc: {
    access_admin: [{ allow: "admin" }],
    access_create: "muc_create",
    access_persistent: "muc_create",
    access_mam: [{ allow: "all" }],
    hibernation_timeout: 86_400,
    default_room_options: { mam: true, persistent: true, public: false },
  },
  mod_muc_admin: {},
};

const publishing = {
  mod_avatar: {},
  mod_pubsub: {
    access_createnode: "pubsub_createnode",
    plugins: ["flat", "pep"],
    max_items_node: 1000,
    force_node_config: {
      // Whoever wants to write to somebody encrypted needs that person's keys first (XEP-0384).
      "eu.siacs.conversations.axolotl.*": { access_model: "open" },
      "storage:bookmarks": { access_model: "whitelist" },
      "urn:xmpp:bookmarks:1": { access_model: "whitelist", max_items: "max" },
      // An item for each device.
      "urn:xmpp:omemo:2:bundles": { max_items: "max" },
    },
  },
};

function profiles(input: ModulesInput) {
  return {
    // The server's own card, which clients show among its features.
    mod_vcard: { search: false, vcard: { fn: input.domain, desc: describeData(input) } },
    mod_vcard_xupdate: {},
    mod_providers: providerFile(input),
  };
}

/** Module of ours on the node. */
function ceiling(input: ModulesInput) {
  return { imera_ceiling: { bytes_per_day: input.sendQuotaMiB * 1024 * 1024, spared: "spared_by_ceiling" } };
}

const web = {
  mod_bosh: {},
  mod_host_meta: { websocket_url: "wss://@HOST@/ws", bosh_service_url: "https://@HOST@/bosh" },
};

function uploads(input: ModulesInput) {
  return {
    mod_http_upload: {
      put_url: "https://upload.@HOST@/upload",
      docroot: uploadDirectory,
      max_size: input.uploadMaxFileMiB * 1024 * 1024,
      thumbnail: false,
      content_types: mediaTypes,
    },
    mod_http_upload_quota: { max_days: input.uploadKeepDays },
  };
}

function spam(input: ModulesInput): Readonly<Record<string, object>> {
  if (!input.spamProtection) return {};
  return { mod_antispam: { rtbl_services: ["xmppbl.org"] }, mod_muc_rtbl: {} };
}

function calls(input: ModulesInput) {
  return {
    // Without an address it listens where the proxy's host name points, which is not yet known at the first start.
    mod_proxy65: {
      host: "proxy.@HOST@",
      hostname: "proxy.@HOST@",
      ip: "::",
      port: input.proxy65Port,
      access: "local",
      max_connections: 5,
    },
    mod_stun_disco: { secret: input.turnSecretMacro, credentials_lifetime: "12h" },
  };
}

/** Addresses for complaints (XEP-0157). A server without any is put on block lists. */
function contactAddresses(contact: string) {
  return ["abuse-addresses", "admin-addresses", "security-addresses", "support-addresses"].map((name) => ({
    modules: "all",
    name,
    urls: [`mailto:${contact}`],
  }));
}
