import { publicHalfOf } from "../../host/openssh-key.ts";
import { z } from "zod";
import type { KnownResource } from "../vendors/stack-state.ts";

/** Login on a node that is there and stays: what the stack's state knows of it. */
export interface KeptLogin {
  /** OpenSSH private key that the node took when it was last configured. Secret. */
  readonly privateKey: string;
  /** Whether a key has been let in by an earlier one before, so that the state has the command that did it. */
  readonly hasAdmission: boolean;
}

/** Place of a node. */
export interface NodePlace {
  /** Name of the node's component, such as `imera-xmpp1`. */
  readonly node: string;
  /** Slug of the region that it is to be in. */
  readonly region: string;
}

/**
 * Finds the login of a node in the stack's state, `known`. Undefined where there is none yet, or where the droplet has gone or
 * will be replaced: a new one makes its first contact, and takes the stack's key from the beginning.
 */
export function keptLogin(place: NodePlace, known: readonly KnownResource[]): KeptLogin | undefined {
  const find = (name: string) => known.find((resource) => resource.name === `${place.node}-${name}`);
  const droplet = movesAway(place, known) ? undefined : find("droplet");
  const [firstContact, configuration] = ["setup-first-contact", "setup-configuration"].map((name) =>
    commandForm.safeParse(find(name)?.outputs),
  );
  if (droplet === undefined || firstContact?.data?.triggers[0] !== droplet.id) return undefined;
  const privateKey = configuration?.data?.connection.privateKey;
  if (privateKey === undefined || configuration?.data?.triggers[0] !== droplet.id) return undefined;
  return { privateKey, hasAdmission: find("setup-admission") !== undefined };
}

/** Tells whether a node has a droplet in another region than it is to be in, so that it will be replaced. `known`: the stack's state. */
export function movesAway({ node, region }: NodePlace, known: readonly KnownResource[]): boolean {
  const found = known.find(({ name }) => name === `${node}-droplet`)?.outputs["region"];
  return typeof found === "string" && found !== region;
}

const connectionForm = z.object({ privateKey: z.string() });
const commandForm = z.object({
  triggers: z.array(z.unknown()),
  // The engine hands a secret over in an envelope.
  connection: z.union([connectionForm, z.object({ value: connectionForm }).transform(({ value }) => value)]),
});

/** Tells whether the stack's key is another than the one that the node took last. `publicKey`: the stack's, a line of OpenSSH. */
export function isOtherKey({ privateKey }: KeptLogin, publicKey: string): boolean {
  return publicHalfOf(privateKey) !== publicKey.split(" ", 2).join(" ");
}
