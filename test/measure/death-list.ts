import { cloudflareClient, digitaloceanAction, digitaloceanList } from "../network/vendors.ts";
import { onFirstNode } from "../network/first-node.ts";

/** Something that dies. */
export interface Death {
  readonly what: string;
  /** Whether it keeps people from logging in or writing, so that it must be told within ten seconds. */
  readonly stopsUsers: boolean;
  /** Brings it about. Resolves to the moment when it was so, in seconds since 1970. */
  readonly happens: () => Promise<number>;
  /** Undoes it. */
  readonly over: () => Promise<unknown>;
}

const shell = (script: string) => onFirstNode("sh", "-c", script);

/** Runs shell commands on the node after the moment was taken there. */
async function onNode(script: string): Promise<number> {
  const output = await shell(`date +%s.%N; { ${script}; } >/dev/null 2>&1`);
  return Number(output.split("\n")[0]);
}

const on = (script: string) => () => onNode(script);
const back = (script: string) => () => shell(script);

/** Drops packets that a rule of nftables matches, in the chain of its hook. */
function dropping(...rules: readonly string[]): Pick<Death, "happens" | "over"> {
  const chains = ["input", "output"].map(
    (hook) => `nft add chain inet deaths ${hook} '{ type filter hook ${hook} priority -200; }'`,
  );
  const added = rules.map((rule) => `nft add rule inet deaths ${rule} drop`);
  return {
    happens: on(["nft add table inet deaths", ...chains, ...added].join(" && ")),
    over: back("nft delete table inet deaths"),
  };
}

const database = "postgresql@17-main.service";
const certificates = "/etc/ejabberd/certs";

/** Deletes all records of a name, and makes them again. */
function withoutRecord(name: string): Pick<Death, "happens" | "over"> {
  const gone: (() => Promise<unknown>)[] = [];
  return {
    happens: async () => {
      const api = await cloudflareClient();
      const zone = (await api.zones.list()).result.find((each) => name.endsWith(each.name));
      if (zone === undefined) throw new Error(`no zone has ${name}`);
      for await (const record of api.dns.records.list({ zone_id: zone.id, name: { exact: name } })) {
        await api.dns.records.delete(record.id, { zone_id: zone.id });
        // Answers of the API have more fields than it takes.
        const { type, ttl, content } = record;
        const value = "data" in record ? { data: record.data } : { content };
        const again = { zone_id: zone.id, type, name, ttl, ...value };
        gone.push(() => api.dns.records.create(again as Parameters<typeof api.dns.records.create>[0]));
      }
      return Date.now() / 1000;
    },
    over: () => Promise.all(gone.map((again) => again())),
  };
}

function foreignRecord(name: string, target: string): Pick<Death, "happens" | "over"> {
  let away: () => Promise<unknown> = () => Promise.resolve();
  return {
    happens: async () => {
      const api = await cloudflareClient();
      const zone = (await api.zones.list()).result.find((each) => name.endsWith(each.name));
      if (zone === undefined) throw new Error(`no zone has ${name}`);
      const data = { priority: 1, weight: 1, port: 5222, target };
      const made = await api.dns.records.create({ zone_id: zone.id, ttl: 60, type: "SRV", name, data });
      away = () => api.dns.records.delete(made.id, { zone_id: zone.id });
      return Date.now() / 1000;
    },
    over: () => away(),
  };
}

async function power(type: "power_off" | "power_on"): Promise<number> {
  const [droplet] = (await digitaloceanList("droplets")) as { id: number }[];
  if (droplet === undefined) throw new Error("the network has no droplet");
  const at = Date.now() / 1000;
  await digitaloceanAction(`droplets/${droplet.id}/actions`, { type });
  return at;
}

/** Lists the deaths, for the network of a domain. */
export function deaths(domain: string): readonly Death[] {
  const stops = { stopsUsers: true };
  return [
    {
      what: "ejabberd killed, and not started again",
      ...stops,
      happens: on("systemctl kill -s KILL ejabberd; systemctl stop ejabberd"),
      over: back("systemctl start ejabberd"),
    },
    {
      what: "ejabberd stopped in order",
      ...stops,
      happens: on("systemctl stop ejabberd"),
      over: back("systemctl start ejabberd"),
    },
    {
      what: "ejabberd hangs (SIGSTOP)",
      ...stops,
      happens: on("systemctl kill -s STOP ejabberd"),
      over: back("systemctl kill -s CONT ejabberd"),
    },
    {
      what: "PostgreSQL killed, and not started again",
      ...stops,
      happens: on(`systemctl mask --runtime ${database}; systemctl kill -s KILL ${database}`),
      over: back(`systemctl unmask --runtime ${database}; systemctl reset-failed; systemctl start ${database}`),
    },
    {
      what: "PostgreSQL hangs (SIGSTOP)",
      ...stops,
      happens: on(`systemctl kill -s STOP ${database}`),
      over: back(`systemctl kill -s CONT ${database}`),
    },
    {
      what: "PostgreSQL stopped in order",
      ...stops,
      happens: on(`systemctl stop ${database}`),
      over: back(`systemctl start ${database}`),
    },
    { what: "droplet switched off", ...stops, happens: () => power("power_off"), over: () => power("power_on") },
    { what: "cable out, both directions", ...stops, ...dropping("input meta iif != lo", "output meta oif != lo") },
    { what: "cable out, towards the node", ...stops, ...dropping("input meta iif != lo") },
    { what: "cable out, from the node", ...stops, ...dropping("output meta oif != lo") },
    {
      what: "firewall closes all of TCP",
      ...stops,
      ...dropping("input meta iif != lo tcp dport '{ 443, 5222, 5223, 5269, 5270, 3478, 7777 }'"),
    },
    {
      what: "firewall closes 5222 to new connections",
      ...stops,
      ...dropping("input meta iif != lo tcp dport 5222 ct state new"),
    },
    { what: "firewall closes 443", stopsUsers: false, ...dropping("input meta iif != lo tcp dport 443") },
    { what: "no IPv6", stopsUsers: false, ...dropping("input meta iif != lo meta nfproto ipv6 tcp dport 5222") },
    {
      what: "another certificate on all ports",
      ...stops,
      happens: async () => {
        await shell(
          `cp -a ${certificates} /run/deaths-certs && cd /run && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 9 -subj /CN=${domain} -keyout k.pem -out c.pem 2>&1`,
        );
        return onNode(
          `for f in ${certificates}/*.pem; do cat /run/c.pem /run/k.pem >$f; done && ejabberdctl reload_config`,
        );
      },
      // The server reads a file again only where its time is a later one.
      over: back(
        `cp -a /run/deaths-certs/. ${certificates}/ && touch ${certificates}/*.pem && rm -r /run/deaths-certs && ejabberdctl reload_config`,
      ),
    },
    { what: "SRV record revoked", ...stops, ...withoutRecord(`_xmpp-client._tcp.${domain}`) },
    { what: "address record revoked", ...stops, ...withoutRecord(`xmpp1.${domain}`) },
    { what: "foreign SRV record", ...stops, ...foreignRecord(`_xmpp-client._tcp.${domain}`, "evil.example.net") },
    {
      what: "disk of the data full",
      ...stops,
      happens: on(
        "fallocate -l $(($(df --output=avail -B1 /srv/imera | tail -1) - 4096)) /srv/imera/deaths; ! dd if=/dev/zero of=/srv/imera/deaths2 bs=4k",
      ),
      over: back(
        `rm -f /srv/imera/deaths /srv/imera/deaths2; systemctl reset-failed; systemctl start ${database}; sleep 1; systemctl start ejabberd`,
      ),
    },
    { what: "UDP closed: STUN and relay", stopsUsers: false, ...dropping("input meta iif != lo udp dport 3478") },
  ];
}
