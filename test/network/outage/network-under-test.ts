import { afterAll, beforeAll, expect } from "vitest";
import { type ClientMachine, clientMachine } from "../client-machine.ts";
import { type Cloud, runningCloud } from "../cloud.ts";
import { type Filling, fillNetwork } from "./filling.ts";
import { takeInventory } from "./inventory.ts";
import { forget, missingFromArchive, recordAcknowledged } from "./ledger.ts";
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
   * Where PostgreSQL ended under a running ejabberd, at `databaseEndedAt`, the one message may be missing whose row was being
   * written: ejabberd acknowledges it all the same.
   */
  expectNothingLost(client: NumberedClient, databaseEndedAt?: number): Promise<void>;
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
      expectNothingLost: async (client, databaseEndedAt) => {
        const all = await recordAcknowledged(await client.finish());
        const missing = await missingFromArchive(machine, filling, all);
        const inFlight = missing.filter(({ at }) => isJustAfter(at, databaseEndedAt)).slice(0, 1);
        await forget(new Set(inFlight.map(({ body }) => body)));
        expect(missing.filter((message) => !inFlight.includes(message))).toEqual([]);
        expect(await takeInventory(machine, filling)).toEqual(filling.inventory);
      },
    };
  });
  afterAll(async () => holder.current?.machine[Symbol.asyncDispose]());
  return holder as { readonly current: NetworkUnderTest };
}

function isJustAfter(at: number, endedAt: number | undefined): boolean {
  return endedAt !== undefined && at >= endedAt - 1_000 && at < endedAt + 5_000;
}
