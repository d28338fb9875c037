import { stringify } from "yaml";
import { ejabberdModules } from "./modules.ts";
import { apiPort, nodeDatabase, type NodeAddresses } from "../model/node-facts.ts";
import { administratorForms, permissions } from "./permissions.ts";
import { forbiddenPeers } from "./relay-peers.ts";
import { shapers } from "./shapers.ts";
import { serviceNamed, type PortRange, type Service } from "../model/services.ts";

/** Settings of the stack that ejabberd's configuration depends on. */
export interface EjabberdSettings {
  readonly domain: string;
  /** User part of the administrator's JID. */
  readonly adminUser: string;
  /** Mail address for abuse reports. */
  readonly contact: string;
  readonly spamProtection: boolean;
  readonly uploadMaxFileMiB: number;
  /** Uploads that each user may keep. */
  readonly uploadQuotaMiB: number;
  /** Days until an upload is deleted. */
  readonly uploadKeepDays: number;
  /** Days that messages stay in the archives; 0: without end. */
  readonly archiveKeepDays: number;
  /** Archive that each account and each room may keep; 0: without end. */
  readonly archiveQuotaMiB: number;
  /** What each account may send in a day to be kept. */
  readonly sendQuotaMiB: number;
}

/** Input of ejabberd's configuration. Nothing of it is secret. */
export interface EjabberdInput {
  readonly settings: EjabberdSettings;
  readonly addresses: NodeAddresses;
  readonly services: readonly Service[];
}

/** Macros for the secrets of ejabberd.yml, which {@link secretsFile} defines on the node. */
const secretMacros = { databasePassword: "DATABASE_PASSWORD", turnSecret: "TURN_SECRET" } as const;

/** Renders ejabberd.yml, with macros in the place of secrets. */
export function ejabberdYaml(input: EjabberdInput): string {
  return stringify(ejabberdConfig(input), { lineWidth: 0, aliasDuplicateObjects: false });
}

/** Builds the content of ejabberd.yml as an object, with macros in the place of secrets; pure. */
export function ejabberdConfig(input: EjabberdInput): Readonly<Record<string, unknown>> {
  const { settings } = input;
  return {
    include_config_file: [secretsFile],
    hosts: [settings.domain],
    language: "en",
    loglevel: "info",
    // logrotate, which Debian's package sets up, does it.
    log_rotate_count: 0,
    hide_sensitive_log_data: true,
    ...tls,
    ...database,
    auth_method: ["sql"],
    auth_stored_password_types: ["scram_sha1", "scram_sha256", "scram_sha512"],
    disable_sasl_mechanisms: ["digest-md5", "X-OAUTH2"],
    // Whatever is sent to a server that could not be reached comes back for as long, at random: by default up to five minutes, though
    // the cause may have been here and over at once.
    s2s_max_retry_delay: "30 seconds",
    listen: [...input.services.flatMap((service) => listeners(service, input)), localApi],
    ...permissions(settings),
    ...shapers(settings),
    modules: ejabberdModules({
      ...settings,
      turnSecretMacro: secretMacros.turnSecret,
      forms: [...administratorForms, "ping"],
      proxy65Port: serviceNamed(input.services, "proxy65").ports.first,
    }),
  };
}

/** File that the node writes from its secrets; nothing but macros is in it. */
const secretsFile = "/etc/ejabberd/secrets.yml";

const protocolOptions = ["no_sslv3", "no_tlsv1", "no_tlsv1_1", "cipher_server_preference", "no_compression"];
// Forward secrecy and authenticated encryption for TLS 1.2; TLS 1.3 has nothing else.
const ciphers = [
  "ECDHE-ECDSA-AES256-GCM-SHA384",
  "ECDHE-RSA-AES256-GCM-SHA384",
  "ECDHE-ECDSA-CHACHA20-POLY1305",
  "ECDHE-RSA-CHACHA20-POLY1305",
  "ECDHE-ECDSA-AES128-GCM-SHA256",
  "ECDHE-RSA-AES128-GCM-SHA256",
].join(":");

const tls = {
  // A pattern may match nothing: before the first certificate ejabberd starts, and offers no TLS.
  certfiles: ["/etc/ejabberd/certs/*.pem"],
  acme: { auto: false },
  ca_file: "/etc/ssl/certs/ca-certificates.crt",
  c2s_ciphers: ciphers,
  c2s_protocol_options: protocolOptions,
  s2s_ciphers: ciphers,
  s2s_protocol_options: protocolOptions,
  s2s_use_starttls: "required",
};

const database = {
  default_db: "sql",
  sql_type: "pgsql",
  sql_server: nodeDatabase.host,
  sql_port: nodeDatabase.port,
  sql_database: nodeDatabase.name,
  sql_username: nodeDatabase.user,
  sql_password: secretMacros.databasePassword,
  sql_pool_size: 5,
  // Without a keepalive a connection that died in silence is used for ever: its queries give up one by one, and messages
  // are acknowledged that are kept nowhere.
  sql_keepalive_interval: "5 seconds",
  sql_query_timeout: "10 seconds",
  sql_start_interval: "2 seconds",
  // A later domain finds its place in the same tables.
  sql_schema_multihost: true,
};

const localApi = {
  port: apiPort,
  ip: "127.0.0.1",
  module: "ejabberd_http",
  request_handlers: { "/api": "mod_http_api" },
};

/** Lists ejabberd's own listeners for a service; none where another program, or a module, listens. */
function listeners(service: Service, input: EjabberdInput): readonly Readonly<Record<string, unknown>>[] {
  const socket = { port: service.ports.first, ip: "::" };
  const direct = service.tls === "direct" ? { tls: true } : {};
  switch (service.name) {
    case "c2s":
    case "c2s-direct-tls":
      return [
        {
          ...socket,
          module: "ejabberd_c2s",
          access: "c2s",
          shaper: "c2s_shaper",
          max_stanza_size: 262_144,
          backlog: 1024,
          ...(service.tls === "starttls" ? { starttls_required: true } : direct),
        },
      ];
    case "s2s":
    case "s2s-direct-tls":
      return [{ ...socket, module: "ejabberd_s2s_in", shaper: "s2s_shaper", max_stanza_size: 524_288, ...direct }];
    case "https":
      return [{ ...socket, module: "ejabberd_http", ...direct, protocol_options: protocolOptions, ciphers, ...web }];
    case "stun":
      return service.transports.map((transport) => ({
        ...socket,
        transport,
        module: "ejabberd_stun",
        ...turn(input.addresses, serviceNamed(input.services, "turn-relay").ports),
      }));
    case "turn-relay":
    case "proxy65":
    case "ssh":
    case "first-contact":
      return [];
  }
}

/** Module of ours on the node, which passes requests on to ejabberd's own handlers where host and path are theirs. */
const imeraWeb = "imera_web";

const web = {
  request_handlers: {
    "/.well-known/host-meta": imeraWeb,
    "/.well-known/host-meta.json": imeraWeb,
    "/.well-known/xmpp-provider-v2.json": imeraWeb,
    "/bosh": "mod_bosh",
    "/ws": "ejabberd_http_ws",
    "/reset": imeraWeb,
    "/upload": imeraWeb,
  },
  // With every answer: a web page learns of a refusal only where it may read it. Of the module, which has such headers too, none
  // are in its refusals.
  custom_headers: {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET,HEAD,PUT,POST,OPTIONS",
    "Access-Control-Allow-Headers": "Content-Type",
  },
};

/** Relayed packets leave with the droplet's own address, also where there is a reserved IP: so that one is announced. */
function turn(addresses: NodeAddresses, relay: PortRange) {
  return {
    use_turn: true,
    turn_ipv4_address: addresses.publicIpv4,
    turn_ipv6_address: addresses.publicIpv6,
    turn_min_port: relay.first,
    turn_max_port: relay.last,
    // The server's own default, which names loopback only, is not in force.
    turn_blacklist: forbiddenPeers(addresses),
    shaper: "fast",
  };
}
