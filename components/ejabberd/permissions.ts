import { watchUser } from "../model/node-facts.ts";

/** Commands that look after accounts, sessions and rooms. None runs code, reads or writes files, or stops the server. */
export const administratorCommands: readonly string[] = [
  ...["register", "unregister", "registered_users", "check_account", "change_password", "get_last"],
  ...["ban_account", "unban_account", "get_ban_details", "list_banned", "count_banned", "unban_ip"],
  ...["connected_users", "connected_users_info", "connected_users_number", "user_sessions_info", "user_resources"],
  ...["kick_session", "kick_user", "send_message"],
  ...["muc_online_rooms", "muc_online_rooms_count", "create_room", "destroy_room", "change_room_option"],
  ...["get_room_options", "get_room_occupants", "get_room_affiliations", "set_room_affiliation", "get_user_rooms"],
  ...["get_offline_count", "get_mam_count", "status", "stats", "stats_host", "registered_vhosts"],
  ...["incoming_s2s_number", "outgoing_s2s_number"],
];

/** Forms of XEP-0133 that look after accounts and sessions. The others of it stop the server, or show who knows whom. */
export const administratorForms: readonly string[] = [
  ...["add-user", "delete-user", "disable-user", "reenable-user", "end-user-session", "change-user-password"],
  ...["get-user-lastlogin", "user-stats"],
  ...["registered", "disabled", "online"].flatMap((state) => [`get-${state}-users-num`, `get-${state}-users-list`]),
  ...["active", "idle"].flatMap((state) => [`get-${state}-users-num`, `get-${state}-users`]),
].map((name) => `http://jabber.org/protocol/admin#${name}`);

/** Account that administrates, and where. */
export interface PermissionSettings {
  readonly domain: string;
  /** User part of the administrator's JID. */
  readonly adminUser: string;
}

/** Says who may do what: ejabberd's options acl, access_rules, with those of the domain, and api_permissions. */
export function permissions({ adminUser, domain }: PermissionSettings): Readonly<Record<string, unknown>> {
  const rules = {
    local: { allow: "local" },
    c2s: [{ deny: "blocked" }, { allow: "all" }],
    muc_create: { allow: "local" },
    pubsub_createnode: { allow: "local" },
    spared_by_fail2ban: { allow: "loopback" },
    // A watcher writes to itself every other second.
    spared_by_ceiling: [{ allow: "admin" }, { allow: [{ user: [`${watchUser}@${domain}`] }] }],
  };
  return {
    acl: {
      admin: { user: [`${adminUser}@${domain}`] },
      local: { user_regexp: "" },
      loopback: { ip: ["127.0.0.0/8", "::1/128"] },
      watcher: { user: [`${watchUser}@${domain}`] },
    },
    // Of the forms that are the server's own, those of the whole server work on its files and tables: nobody has them. Those of
    // the domain look after its accounts.
    access_rules: { ...rules, configure: { deny: "all" } },
    host_config: { [domain]: { access_rules: { ...rules, configure: { allow: "admin" } } } },
    api_permissions: {
      "console commands": { from: "ejabberd_ctl", who: "all", what: "*" },
      "administrator's client": { from: "mod_adhoc_api", who: "admin", what: administratorCommands },
      // Whoever may open a socket on the node may ask how it is, and change nothing.
      health: {
        from: "mod_http_api",
        who: { access: { allow: [{ acl: "loopback" }] } },
        what: ["status", "stats", "check_account"],
      },
    },
  };
}
