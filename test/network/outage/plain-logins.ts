import { z } from "zod";
import type { ClientMachine } from "../client-machine.ts";
import { clientProgram } from "./client-program.ts";

/** A login by PLAIN, in the form of SASL (RFC 6120) or of SASL 2 (XEP-0388). */
export type PlainLogin = readonly [user: string, password: string, version: 1 | 2];

/** Logs in from a user's machine, all at once; resolves to what the server said last to each, in XML. */
export async function logInPlainly(
  machine: ClientMachine,
  server: { readonly address: string; readonly domain: string },
  logins: readonly PlainLogin[],
): Promise<readonly string[]> {
  const { stdout } = await machine.run(
    "/usr/bin/python3",
    [clientProgram("plain_logins.py"), server.address, server.domain],
    {
      input: JSON.stringify(logins),
      timeoutMs: 120_000,
    },
  );
  return z.array(z.string()).parse(JSON.parse(stdout));
}
