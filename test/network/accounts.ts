import type { Account } from "./chat-client.ts";
import type { Cloud } from "./cloud.ts";

/** Two accounts of the network; throws when `status --json` lists fewer. */
export function testAccounts(cloud: Cloud): readonly [Account, Account] {
  const [first, second] = cloud.status.accounts;
  if (first === undefined || second === undefined) {
    throw new Error(`two accounts are needed, status --json lists ${cloud.status.accounts.length}`);
  }
  return [first, second];
}
