/** Gives the address that one thing of a stack pings at the dead man's switch: `https://hc-ping.com/PINGKEY/prod-watcher`. Pure. */
export function switchAddress(address: string, stack: string, what: string): string {
  return `${address.replace(/\/+$/, "")}/${stack}-${what}`;
}
