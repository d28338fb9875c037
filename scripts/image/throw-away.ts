import { randomBytes } from "node:crypto";
import { z } from "zod";
import { serviceNamed, services } from "../../components/model/services.ts";
import { userData } from "../../components/node/cloud-init.ts";
import { coldImage } from "../../components/node/boot-image.ts";
import { firstBootFiles, staticFiles } from "../../components/node/files.ts";
import { generateOpenSshKeyPair, type OpenSshKeyPair } from "../../host/openssh-key.ts";
import { notYet, notYetOn, waitUntil } from "../../host/wait-until.ts";
import { type CloudApi, isTransient } from "../../components/vendors/cloud-api.ts";
import { runAction } from "./actions.ts";
import type { DropletOrder } from "./order.ts";

/** Droplet that an image is made of, and the keys that open it, which nobody keeps. */
export interface ThrowAwayDroplet {
  readonly id: number;
  readonly publicIpv4: string;
  /** Opens the droplet as root. */
  readonly login: OpenSshKeyPair;
  /** Proves the service at {@link firstContactPort}. */
  readonly firstContact: OpenSshKeyPair;
}

/** Port at which a new node tells its own host key. */
export const firstContactPort = serviceNamed(
  services({ turnRelayPorts: { first: 49_152, last: 49_407 } }),
  "first-contact",
).ports;

/**
 * Gives the tag of the throw-away droplet, and the name of its key: by it a later run finds what an earlier one left. No stack
 * has a colon in its name, so it is never the tag of a network.
 */
export function imageLabel(stack: string): string {
  return `imera-image:${stack}`;
}

const dropletForm = z.object({
  id: z.number(),
  status: z.string(),
  networks: z.object({ v4: z.array(z.object({ ip_address: z.string(), type: z.string() })) }),
});

/** Orders the droplet, with the user data of a node, and resolves once it runs and has its address. */
export async function orderDroplet(
  api: CloudApi,
  stack: string,
  { size, region }: DropletOrder,
  signal: AbortSignal,
): Promise<ThrowAwayDroplet> {
  const label = imageLabel(stack);
  const [login, firstContact] = [generateOpenSshKeyPair("imera-image"), generateOpenSshKeyPair("imera-image")];
  // Without a key of the account's, DigitalOcean sets a password and asks for another at the first login.
  const key = await api.post("account/keys", { name: label, public_key: login.publicKey });
  const { id: keyId } = z.object({ ssh_key: z.object({ id: z.number() }) }).parse(key).ssh_key;
  const made = await api.post("droplets", {
    // Like no other word, so that it is found wherever the droplet wrote it.
    name: `imera-image-${randomBytes(3).toString("hex")}`,
    region,
    size,
    image: coldImage,
    tags: [label],
    ssh_keys: [keyId],
    with_droplet_agent: false,
    user_data: userData({
      firstContactPrivateKey: firstContact.privateKey,
      firstContactPort,
      files: firstBootFiles(staticFiles()),
      installsServer: true,
    }),
  });
  const { id } = z.object({ droplet: z.object({ id: z.number() }) }).parse(made).droplet;
  return { id, publicIpv4: await publicIpv4Of(api, id, signal), login, firstContact };
}

function publicIpv4Of(api: CloudApi, id: number, signal: AbortSignal): Promise<string> {
  return waitUntil({
    what: `droplet ${id} to run`,
    probe: notYetOn(isTransient, async () => {
      const { droplet } = z.object({ droplet: dropletForm }).parse(await api.get(`droplets/${id}`));
      const address = droplet.networks.v4.find(({ type }) => type === "public");
      if (droplet.status === "active" && address !== undefined) return { value: address.ip_address };
      if (droplet.status === "off") throw new Error(`DigitalOcean made droplet ${id}, and it does not run. Try again.`);
      return notYet(`it is ${droplet.status}`);
    }),
    intervalMs: 1000,
    timeoutMs: 600_000,
    signal,
  });
}

/** Shuts a droplet down, or cuts it off where it does not follow. Resolves once it is off. */
export async function turnOff(api: CloudApi, id: number, signal: AbortSignal): Promise<void> {
  const actions = `droplets/${id}/actions`;
  await runAction(api, actions, { type: "shutdown" }, signal);
  const { droplet } = z.object({ droplet: dropletForm }).parse(await api.get(`droplets/${id}`));
  if (droplet.status !== "off") await runAction(api, actions, { type: "power_off" }, signal);
}

const namedForm = z.object({ id: z.number(), name: z.string() });

/** Removes the throw-away droplet of `stack`, its key and its tag, and resolves once all are gone. Nothing there: nothing done. */
export async function removeThrowAways(api: CloudApi, stack: string): Promise<void> {
  const label = imageLabel(stack);
  const droplets = () => api.list(`droplets?tag_name=${encodeURIComponent(label)}&per_page=200`, "droplets");
  for (const { id } of z.array(namedForm).parse(await droplets())) await api.remove(`droplets/${id}`);
  await waitUntil({
    what: `the droplets with the tag ${label} to be gone`,
    probe: notYetOn(isTransient, async () => {
      const left = await droplets();
      return left.length === 0 ? { value: true } : notYet(`${left.length} there`);
    }),
    intervalMs: 500,
    timeoutMs: 300_000,
  });
  const keys = z.array(namedForm).parse(await api.list("account/keys?per_page=200", "ssh_keys"));
  for (const { id } of keys.filter(({ name }) => name === label)) await api.remove(`account/keys/${id}`);
  await api.remove(`tags/${encodeURIComponent(label)}`);
}
