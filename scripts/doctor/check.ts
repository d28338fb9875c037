import type { Finding } from "./finding.ts";
import type { ExaminedNetwork } from "./examined-network.ts";

/** Check of a network. */
export interface Check {
  /** Name in messages: what it looks at. */
  readonly name: string;
  /**
   * Looks. Resolves to what was found, at least one finding. Rejects with NotLooked where another trouble is in the way;
   * any other rejection is a fault of the doctor.
   */
  look(network: ExaminedNetwork): Promise<readonly Finding[]>;
}
