import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { messageOf } from "../../host/error.ts";
import { networkCommandLine } from "../../host/terminal/advice.ts";
import { notYet, notYetOn, waitUntil } from "../../host/wait-until.ts";
import { runningStack } from "../settings/running-stack.ts";
import type { LiveDroplet } from "./account.ts";
import { type CloudApi, isTransient } from "./cloud-api.ts";
import { configuredDigitalocean } from "./configured-api.ts";

/**
 * Switches the stack's droplets on that are off though nothing is to be changed about them: what switched them off was cut off,
 * or somebody forgot them. A preview says so and changes nothing. Throws a `RunError` where one does not come up.
 */
export async function switchOn(droplets: Iterable<LiveDroplet>): Promise<void> {
  for (const droplet of droplets) {
    if (pulumi.runtime.isDryRun()) {
      await pulumi.log.warn(`The droplet ${droplet.name} is off. An update switches it on and has it proved again.`);
    } else {
      await powerOn(configuredDigitalocean(), droplet);
    }
  }
}

/**
 * Switches a droplet on, and waits until DigitalOcean says that it runs. One that somebody else is just switching on is waited
 * for. Throws a `RunError` where it does not come up within five minutes.
 */
export async function powerOn(api: CloudApi, { id, name }: Pick<LiveDroplet, "id" | "name">): Promise<void> {
  try {
    await waitUntil({
      what: `DigitalOcean to switch on the droplet ${name}`,
      probe: notYetOn(isTransient, async () => {
        const { droplet } = dropletForm.parse(await api.get(`droplets/${id}`));
        if (droplet.status === "active") return { value: true };
        // A droplet with an event under way takes no other.
        if (droplet.locked) return notYet(`it is ${droplet.status} and locked`);
        await api.post(`droplets/${id}/actions`, { type: "power_on" });
        return notYet(`it is ${droplet.status}`);
      }),
      intervalMs: 1000,
      timeoutMs: 300_000,
    });
  } catch (error) {
    throw new pulumi.RunError(
      `The droplet ${name} is off and could not be switched on: ${messageOf(error)}\n` +
        "Look at it in DigitalOcean's control panel. If it is broken, delete it there, not its volume, and run: " +
        networkCommandLine("rebuild", runningStack()),
    );
  }
  await pulumi.log.info(`The droplet ${name} was off and has been switched on; it is proved again.`);
}

const dropletForm = z.object({ droplet: z.object({ status: z.string(), locked: z.boolean() }) });
