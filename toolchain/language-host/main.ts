import process from "node:process";
import { Server, ServerCredentials } from "@grpc/grpc-js";
import languageGrpc from "@pulumi/pulumi/proto/language_grpc_pb.js";
import { createLanguageRuntime } from "./language-runtime.ts";

// A stand-in of Pulumi's Node language host, for the local cloud and for tests, where the official one cannot be had.
// The engine starts it with its own address as the last argument, and reads from the first line of stdout where it listens.

const messageBytesMax = 400 * 1024 * 1024;

const engineAddress = process.argv.slice(2).findLast((argument) => !argument.startsWith("-"));
if (engineAddress === undefined) {
  process.stderr.write(
    "pulumi-language-nodejs is started by the Pulumi engine, with the engine's address as argument.\n",
  );
  process.exit(1);
}

const runtime = createLanguageRuntime({ engineAddress, environment: process.env });
const server = new Server({
  "grpc.max_receive_message_length": messageBytesMax,
  "grpc.max_send_message_length": messageBytesMax,
});
server.addService(languageGrpc.LanguageRuntimeService, runtime.service);
server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) {
    process.stderr.write(`The language host cannot listen on loopback: ${error.message}\n`);
    process.exit(1);
  }
  process.stdout.write(`${port}\n`);
});

// The engine holds the other end of stdin for as long as it lives, so its end tells that nobody is left to answer to.
process.stdin.on("end", end).on("error", end).resume();
// SIGINT is how the engine ends its plugins; it waits five seconds for one that stays. A user's Ctrl-C does not come here:
// the engine starts its plugins in process groups of their own.
process.on("SIGINT", end).on("SIGTERM", end);

function end(): void {
  runtime.stop();
  process.exit(0);
}
