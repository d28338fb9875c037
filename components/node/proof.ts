import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import type { NodeAddresses } from "../model/node-facts.ts";
import type { KnownResource } from "../vendors/stack-state.ts";
import type { Survey } from "../vendors/survey.ts";

/** Machine that a node's last proof was about. */
export interface ProvedMachine {
  /** DigitalOcean's id of the droplet, as text. */
  readonly dropletId: string;
  readonly addresses: NodeAddresses;
}

/** Things that a proof is about. */
interface ProofSubject {
  readonly dropletId: pulumi.Input<string>;
  readonly addresses: pulumi.Output<NodeAddresses>;
  readonly poweredOnAt: string;
}

/**
 * Lists the triggers of the command that proves a node. They are kept with it in the state, so that {@link provedMachine} reads
 * there what was proved. `more` has things whose change asks for another proof; always as many.
 */
export function proofTriggers(
  { dropletId, addresses, poweredOnAt }: ProofSubject,
  more: readonly pulumi.Input<string | number>[],
): pulumi.Input<string | number>[] {
  return [dropletId, ...more, addresses.apply((values) => JSON.stringify(values)), poweredOnAt];
}

/** Reads from the triggers of the proving command which machine was proved. Throws where an earlier version proved it. */
export function provedMachine(triggers: readonly unknown[] | undefined = []): ProvedMachine {
  const [dropletId, addresses] = [triggers[0], triggers.at(-2)];
  const parsed = z.string().transform(fromJson).pipe(addressesForm).safeParse(addresses);
  if (parsed.success) return { dropletId: String(dropletId), addresses: parsed.data };
  throw new pulumi.RunError(
    "the node has never been proved ready by this version, so nothing may lead to it: run an update of the whole stack, without --target.",
  );
}

/**
 * Tells when this program last switched a node's droplet on, as the proof of the set-up `setup` has it. Of a droplet that is off
 * now, that is this moment: so it is switched on, and proved again.
 */
export function poweredOnAt(setup: string, key: string, { off, known }: Pick<Survey, "off" | "known">): string {
  return off.has(key) ? new Date().toISOString() : lastPowerOn(known.find(({ name }) => name === `${setup}-ready`));
}

function lastPowerOn(ready: KnownResource | undefined): string {
  const triggers = z.array(z.unknown()).safeParse(ready?.outputs["triggers"]).data ?? [];
  const time = z.iso.datetime().safeParse(triggers.at(-1));
  return time.data ?? "";
}

const addressesForm = z.object({
  publicIpv4: z.string(),
  publicIpv6: z.string(),
  privateIpv4: z.string(),
  serviceIpv4: z.string(),
});

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
