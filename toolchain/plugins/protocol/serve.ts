import { connect } from "node:net";
import { Server, ServerCredentials } from "@grpc/grpc-js";
import { ResourceProviderService } from "./messages.ts";
import type { ProviderDefinition } from "./resource.ts";
import { providerService } from "./service.ts";

/** A plugin that answers on `127.0.0.1:port`. */
export interface Serving {
  readonly port: number;
  stop(): void;
}

/** Serves the provider on a free port of loopback. */
export async function serve<C>(definition: ProviderDefinition<C>): Promise<Serving> {
  const server = new Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
  server.addService(ResourceProviderService, providerService(definition));
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  return { port, stop: () => server.forceShutdown() };
}

/**
 * The whole of a plugin's `main.ts`: serves, prints the port for the engine, which started us with its own address as the
 * first plain argument, and exits when the engine no longer answers there.
 */
export async function main<C>(definition: ProviderDefinition<C>): Promise<void> {
  const { port } = await serve(definition);
  process.stdout.write(`${port}\n`);
  const engine = process.argv.slice(2).find((argument) => !argument.startsWith("-"));
  if (engine === undefined) return;
  const timer = setInterval(() => {
    void isListening(engine).then((alive) => {
      if (!alive) process.exit(0);
    });
  }, ENGINE_CHECK_MS);
  timer.unref();
}

// An engine that ends as it should kills its plugins itself: this is for one that was killed.
const ENGINE_CHECK_MS = 2_000;

function isListening(address: string): Promise<boolean> {
  const at = address.lastIndexOf(":");
  const socket = connect({ host: address.slice(0, at), port: Number(address.slice(at + 1)) });
  const looked = new Promise<boolean>((resolve) => {
    socket.once("connect", () => resolve(true));
    socket.once("error", () => resolve(false));
  });
  return looked.finally(() => socket.destroy());
}
