import { afterAll, beforeAll, expect } from "vitest";
import { type ClientMachine, clientMachine } from "../client-machine.ts";
import { type Cloud, runningCloud } from "../cloud.ts";
import { type Filling, fillNetwork } from "./filling.ts";
import { takeInventory } from "./inventory.ts";
import { missingFromArchive, recordAcknowledged } from "./ledger.ts";
import { type NumberedClient, numberedMessages } from "./numbered.ts";

/** The tests' network, filled, and a user's machine to look at it from. */
export interface NetworkUnderTest {
  readonly cloud: Cloud;
  readonly machine: ClientMachine;
  readonly filling: Filling;
  /** Starts the client that sends numbered messages; `label` stands before its numbers. */
  sendNumbers(label: string): Promise<NumberedClient>;
  /**
   * Ends that client and expects that the network holds all it was filled with and every message that it ever acknowledged.
   */
  expectNothingLost(client: NumberedClient): Promise<void>;
}

/** Prepares it before the tests of a file. To be read inside a test. */
export function networkUnderTest(): { readonly current: NetworkUnderTest } {
  const holder: { current?: NetworkUnderTest } = {};
  beforeAll(async () => {
    const cloud = await runningCloud();
    const machine = await clientMachine(cloud);
    const filling = await fillNetwork(cloud, machine);
    holder.current = {
      cloud,
      machine,
      filling,
      sendNumbers: (label) => numberedMessages(machine, filling, label),
      expectNothingLost: async (client) => {
        const all = await recordAcknowledged(await client.finish());
        expect(await missingFromArchive(machine, filling, all)).toEqual([]);
        expect(await takeInventory(machine, filling)).toEqual(filling.inventory);
      },
    };
  });
  afterAll(async () => holder.current?.machine[Symbol.asyncDispose]());
  return holder as { readonly current: NetworkUnderTest };
}
