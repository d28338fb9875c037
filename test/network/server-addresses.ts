import type { Run } from "../../local/run/run.ts";

/** IPv4 addresses of the servers that tests start in a run, an address each because they may run at the same time. */
export interface ServerAddresses {
  /** For the XMPP server of another domain. */
  readonly peer: string;
  /** For the XMPP server that imports an account. */
  readonly importing: string;
  /** For the server by which alarms reach somebody. */
  readonly alarms: string;
}

/** Takes the addresses from the last service address down: the local cloud itself takes them from the first on. */
export function serverAddresses({ addresses }: Run): ServerAddresses {
  const { last } = addresses.serviceIpv4;
  const before = (places: number) => last.replace(/\d+$/, (number) => String(Number(number) - places));
  return { peer: last, importing: before(1), alarms: before(2) };
}
