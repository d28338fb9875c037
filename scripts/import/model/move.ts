import type { Names } from "./names.ts";
import type { OpenfireFacts } from "./openfire-facts.ts";

/** Where names of the old server lead to on the new one. */
export interface Move {
  readonly names: Names;
  /** Domain of the old server. */
  readonly from: string;
  /** Domain of the new server. */
  readonly to: string;
  /** Host names of room services by those of the old server. */
  readonly roomHosts: ReadonlyMap<string, string>;
  /** Prepared bare JID of the new server; undefined where no server takes the given one. Domains of the old server are replaced. */
  jid(raw: string): string | undefined;
}

/** Plans where names lead to. The rooms of all services come under the one service that the new server has. */
export function planMove(names: Names, facts: OpenfireFacts, from: string, to: string): Move {
  const subdomains = facts.roomServices.size === 0 ? ["conference"] : [...facts.roomServices.values()];
  const roomHosts = new Map(subdomains.map((subdomain) => [`${subdomain}.${from}`, roomHost(to)]));
  const hosts = new Map([...roomHosts, [from, to]]);
  return {
    names,
    from,
    to,
    roomHosts,
    jid: (raw) => {
      const prepared = names.jid(raw);
      if (prepared === undefined) return undefined;
      const at = prepared.lastIndexOf("@");
      const host = prepared.slice(at + 1);
      return `${prepared.slice(0, at + 1)}${hosts.get(host) ?? host}`;
    },
  };
}

/** Gives the host name of the new server's rooms. */
export function roomHost(domain: string): string {
  return `conference.${domain}`;
}
