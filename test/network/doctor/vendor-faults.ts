import type Cloudflare from "cloudflare";
import { vendorNames } from "../../../components/model/vendor-names.ts";
import { stackName } from "../../../local/stack/stack-name.ts";
import { cloudflareClient, digitaloceanList, digitaloceanRequest } from "../vendors.ts";
import type { Fault } from "./fault.ts";

/** Faults at the DNS provider and in the cloud firewall. Records stay the ones of the stack's state: none is made anew. */
export function vendorFaults(domain: string): readonly Fault[] {
  const service = `_xmpp-client._tcp.${domain}`;
  const srv = {
    type: "SRV",
    name: service,
    data: { priority: 0, weight: 1, port: 5222, target: "chat.elsewhere.example" },
  };
  const caa = { type: "CAA", name: domain, data: { flags: 0, tag: "issue", value: "elsewhere.example" } };
  return [
    {
      name: "an SRV record that is gone",
      finds: `dns-missing:_xmpps-client._tcp.${domain} SRV`,
      bring: () =>
        changeRecord(domain, { type: "SRV", name: `_xmpps-client._tcp.${domain}` }, { name: `_gone._tcp.${domain}` }),
    },
    {
      name: "an SRV record of somebody else's",
      finds: `dns-foreign:${service} SRV`,
      bring: () => addRecord(domain, srv),
    },
    {
      name: "an address record that leads elsewhere",
      finds: `dns-wrong:upload.${domain} A`,
      bring: () => changeRecord(domain, { type: "A", name: `upload.${domain}` }, { content: "198.51.100.7" }),
    },
    {
      name: "a CAA record of somebody else's",
      finds: "caa-foreign:elsewhere.example",
      severity: "warning",
      bring: () => addRecord(domain, caa),
    },
    { name: "a token that ends soon", finds: "dns-token", severity: "warning", bring: endToken },
    { name: "a port that the cloud firewall shuts", finds: "port-shut:5223 IPv4", bring: () => shutPort("5223") },
  ];
}

type NewRecord = Parameters<Cloudflare["dns"]["records"]["create"]>[0];

async function addRecord(domain: string, record: object): Promise<() => Promise<unknown>> {
  const { api, zoneId } = await zoneOf(domain);
  const made = await api.dns.records.create({ zone_id: zoneId, ttl: 60, ...record } as NewRecord);
  return () => api.dns.records.delete(made.id, { zone_id: zoneId });
}

async function changeRecord(domain: string, which: { type: string; name: string }, change: object) {
  const { api, zoneId } = await zoneOf(domain);
  const { result } = await api.dns.records.list({ zone_id: zoneId });
  const record = result.find(({ type, name }) => type === which.type && name === which.name);
  if (record === undefined) throw new Error(`there is no ${which.type} record ${which.name}`);
  const set = (values: object) => api.dns.records.edit(record.id, { zone_id: zoneId, ...values } as never);
  const { type, name, content, ttl } = record;
  // An SRV record has its value in parts.
  const whole =
    "data" in record && type === "SRV" ? { type, name, ttl, data: record.data } : { type, name, ttl, content };
  await set({ ...whole, ...change });
  return () => set(whole);
}

async function zoneOf(domain: string) {
  const api = await cloudflareClient();
  const { result } = await api.zones.list({ name: domain });
  const [zone] = result;
  if (zone === undefined) throw new Error(`there is no zone ${domain}`);
  return { api, zoneId: zone.id };
}

/** Gives the node's token for the DNS an end in a week. Resolves to the way back. */
export async function endToken(): Promise<() => Promise<void>> {
  const api = await cloudflareClient();
  const { result } = await api.user.tokens.list();
  const name = vendorNames(stackName).certificateToken("xmpp1.imera.test");
  const found = result.find((each) => each.name === name);
  if (found?.id === undefined) throw new Error(`there is no token ${name} among ${JSON.stringify(result)}`);
  const { id, condition } = found;
  // Answers of the API have more fields than it takes.
  const policies = found.policies?.map(({ effect, permission_groups: groups, resources }) => ({
    effect,
    permission_groups: groups.map((group) => ({ id: group.id })),
    resources,
  }));
  const set = async (end: object) => {
    const whole = { name, policies, ...(condition === undefined ? {} : { condition }), ...end };
    await api.user.tokens.update(id, whole as never);
  };
  await set({ expires_on: new Date(Date.now() + 7 * 86_400_000).toISOString() });
  return () => set({});
}

interface Firewall {
  readonly id: string;
  readonly name: string;
  readonly inbound_rules: readonly { readonly ports: string }[];
  readonly outbound_rules: unknown;
  readonly droplet_ids: unknown;
  readonly tags: unknown;
}

async function shutPort(port: string): Promise<() => Promise<unknown>> {
  const all = (await digitaloceanList("firewalls")) as readonly Firewall[];
  const firewall = all.find(({ name }) => name === vendorNames(stackName).publicFirewall("xmpp1"));
  if (firewall === undefined) throw new Error(`there is no firewall for everyone among ${JSON.stringify(all)}`);
  const { id, name, inbound_rules: rules, outbound_rules, droplet_ids, tags } = firewall;
  const set = (inbound_rules: Firewall["inbound_rules"]) =>
    digitaloceanRequest("PUT", `firewalls/${id}`, { name, inbound_rules, outbound_rules, droplet_ids, tags });
  await set(rules.filter(({ ports }) => ports !== port));
  return () => set(rules);
}
