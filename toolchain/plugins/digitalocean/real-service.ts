import { versions } from "../../versions.ts";

/** Tells whether a host name is one of DigitalOcean's own, which a stand-in does not talk to. */
export function isRealHost(hostname: string): boolean {
  const name = hostname.replace(/\.$/, "");
  return ["digitalocean.com", "digitaloceanspaces.com"].some((real) => name === real || name.endsWith(`.${real}`));
}

/** Says that the stand-in does not go there, and what to do; `set` is what the local cloud needs set, and to what. */
export function realServiceRefusal(service: string, endpoint: string, set: string): string {
  const install = `pulumi plugin install resource digitalocean ${versions.plugins.digitalocean}`;
  return (
    `This is IMera's stand-in for the digitalocean plugin. It does not talk to the real ${service} (${endpoint}). ` +
    `For that install the official plugin: ${install}. For the local cloud set ${set}.`
  );
}
