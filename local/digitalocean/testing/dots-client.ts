import { FetchRequestAdapter } from "@microsoft/kiota-http-fetchlibrary";
import { z } from "zod";

/** The part of DigitalOcean's own client that the tests drive. */
export interface DotsClient {
  readonly v2: {
    readonly account: Get<{ account: { status: string } }> & {
      readonly keys: List<"sshKeys", Key> &
        Post<{ sshKey: Key }> & { bySsh_key_identifier(id: number | string): Get<{ sshKey: Key }> & Delete };
    };
    readonly actions: { byAction_id(id: number): Get<{ action: DotsAction }> };
    readonly droplets: List<"droplets", DotsDroplet> &
      Post<{ droplet: DotsDroplet }> & {
        byDroplet_id(id: number): Get<{ droplet: DotsDroplet }> & Delete & { actions: Post<{ action: DotsAction }> };
      };
    readonly firewalls: Post<{ firewall: DotsFirewall }> & {
      byFirewall_id(id: string): Get<{ firewall: DotsFirewall }> & Put<{ firewall: DotsFirewall }> & Delete;
    };
    readonly reserved_ips: Post<{ reservedIp: { ip: string } }> & {
      byReserved_ip(
        ip: string,
      ): Get<{ reservedIp: { ip: string; droplet?: { id: number } | null } }> &
        Delete & { actions: Post<{ action: DotsAction }> };
    };
    readonly volumes: List<"volumes", DotsVolume> &
      Post<{ volume: DotsVolume }> & {
        byVolume_id(id: string): Get<{ volume: DotsVolume }> & Delete & { actions: Post<{ action: DotsAction }> };
      };
    readonly vpcs: Post<{ vpc: { id: string; ipRange: string } }> & { byVpc_id(id: string): Delete };
    readonly tags: Post<{ tag: { name: string } }> & {
      byTag_id(name: string): Get<{ tag: { name: string; resources: { count: number } } }>;
    };
    readonly projects: Post<{ project: { id: string } }> & {
      byProject_id(id: string): Get<{ project: { name: string } }>;
    };
  };
}

export interface DotsDroplet {
  readonly id: number;
  readonly name: string;
  readonly status: string;
  readonly locked: boolean;
  readonly features: string[];
  readonly volumeIds: string[];
  readonly sizeSlug: string;
  readonly vpcUuid: string;
  readonly networks: { v4: { ipAddress: string; type: string }[]; v6: { ipAddress: string }[] };
}
export interface DotsAction {
  readonly id: number;
  readonly status: string;
  readonly type: string;
}
export interface DotsVolume {
  readonly id: string;
  readonly name: string;
  readonly sizeGigabytes: number;
  readonly dropletIds: number[];
}
export interface DotsFirewall {
  readonly id: string;
  readonly name: string;
  readonly status: string;
}
interface Key {
  readonly id: number;
  readonly fingerprint: string;
}
interface Get<T> {
  get(): Promise<T | undefined>;
}
interface List<Name extends string, T> {
  get(configuration?: { queryParameters: Record<string, string | number> }): Promise<Record<Name, T[]> | undefined>;
}
interface Post<T> {
  post(body: object): Promise<T | undefined>;
}
interface Put<T> {
  put(body: object): Promise<T | undefined>;
}
interface Delete {
  delete(): Promise<unknown>;
}

/** DigitalOcean's client for an API at `url`. */
export async function createDotsClient(url: string, token: string): Promise<DotsClient> {
  // The package ships its sources, not declarations: imported by a literal name, they would be checked by our rules.
  const name: string = "@digitalocean/dots";
  const dots = dotsModule.parse(await import(name));
  const adapter = new FetchRequestAdapter(new dots.DigitalOceanApiKeyAuthenticationProvider(token));
  adapter.baseUrl = url;
  return dots.createDigitalOceanClient(adapter);
}

const isFunction = (value: unknown) => typeof value === "function";
type AuthenticationProvider = ConstructorParameters<typeof FetchRequestAdapter>[0];
const dotsModule = z.object({
  createDigitalOceanClient: z.custom<(adapter: FetchRequestAdapter) => DotsClient>(isFunction),
  DigitalOceanApiKeyAuthenticationProvider: z.custom<new (token: string) => AuthenticationProvider>(isFunction),
});
