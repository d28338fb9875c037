import Cloudflare from "cloudflare";
import { cloudflareApiPort } from "../../local/run/address-plan.ts";
import type { Run } from "../../local/run/run.ts";
import { readDaemonSettings } from "../../local/run/daemon-settings.ts";

/** The peer's own zone at the local cloud's DNS provider. */
export interface PeerZone {
  /** Name of the zone and the peer's XMPP domain. */
  readonly domain: string;
  /** Base address of the provider's API. */
  readonly apiUrl: string;
  /** May edit the zone. */
  readonly token: string;
  /** Makes the records of an XMPP domain on one host with that address; what was there before goes. */
  publish(ipv4: string): Promise<void>;
  /** Removes every record in the zone. */
  withdraw(): Promise<void>;
}

/** The first zone of the account that is not the network's own; throws when there is none. */
export async function openPeerZone(run: Run, networkDomain: string): Promise<PeerZone> {
  const settings = await readDaemonSettings(run);
  if (settings === undefined) throw new Error(`local cloud ${run.number} does not run`);
  const token = settings.cloudflareToken;
  const apiUrl = `http://${run.addresses.cloudIpv4}:${cloudflareApiPort}/client/v4`;
  const api = new Cloudflare({ apiToken: token, baseURL: apiUrl, maxRetries: 0 });
  const { result } = await api.zones.list();
  const zone = result.find(({ name }) => name !== networkDomain);
  if (zone === undefined) throw new Error(`the account has no zone besides ${networkDomain} that the peer could use`);
  const withdraw = async (): Promise<void> => {
    for await (const record of api.dns.records.list({ zone_id: zone.id })) {
      await api.dns.records.delete(record.id, { zone_id: zone.id });
    }
  };
  const publish = async (ipv4: string): Promise<void> => {
    await withdraw();
    const common = { zone_id: zone.id, ttl: 60 };
    await api.dns.records.create({ ...common, type: "A", name: zone.name, content: ipv4 });
    for (const [label, { port, priority }] of Object.entries(services)) {
      const data = { priority, weight: 1, port, target: zone.name };
      await api.dns.records.create({ ...common, type: "SRV", name: `${label}.${zone.name}`, data });
    }
  };
  return { domain: zone.name, apiUrl, token, publish, withdraw };
}

// Of two records of one priority, ejabberd 26.07 takes either first. Where a direct TLS handshake of its own does not end at once,
// it goes on to the next port without closing the connection, takes the answer of the first one for XML of the second, and bounces
// for up to five minutes. STARTTLS first leaves nothing to chance.
const services = {
  "_xmpp-client._tcp": { port: 5222, priority: 10 },
  "_xmpps-client._tcp": { port: 5223, priority: 10 },
  "_xmpp-server._tcp": { port: 5269, priority: 5 },
  "_xmpps-server._tcp": { port: 5270, priority: 10 },
} as const;
