import { join } from "node:path";
import type { ClientMachine } from "../client-machine.ts";

/** Path of a program of test/network/clients. */
export function clientProgram(name: string): string {
  return join(import.meta.dirname, "../clients", name);
}

/** Environment that makes Node trust what the client machine trusts. */
export const trustTheMachines = { NODE_EXTRA_CA_CERTS: "/etc/ssl/certs/ca-certificates.crt" };

/**
 * Runs a program of test/network/clients with `input` as JSON, and gives what it printed as JSON. Throws with its
 * messages.
 */
export async function ask(machine: ClientMachine, name: string, input: unknown, timeoutMs = 120_000): Promise<unknown> {
  const { stdout } = await machine.run(process.execPath, [clientProgram(name)], {
    environment: trustTheMachines,
    input: JSON.stringify(input),
    timeoutMs,
  });
  return JSON.parse(stdout);
}
