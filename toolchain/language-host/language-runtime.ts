import process from "node:process";
import { status, type sendUnaryData, type ServerUnaryCall, type UntypedServiceImplementation } from "@grpc/grpc-js";
import type { ILanguageRuntimeServer } from "@pulumi/pulumi/proto/language_grpc_pb.js";
import languagePb from "@pulumi/pulumi/proto/language_pb.js";
import pluginPb from "@pulumi/pulumi/proto/plugin_pb.js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import { messageOf } from "../../host/error.ts";
import { versions } from "../versions.ts";
import { findInstalledPackages, findProgramDependencies, pluginOf } from "./installed-packages.ts";
import { createProgramRunner } from "./run-program.ts";

/** Options of {@link createLanguageRuntime}. */
export interface LanguageRuntimeOptions {
  /** Address of the engine's own gRPC service, as in `127.0.0.1:40221`. */
  readonly engineAddress: string;
  /** Environment that programs start in. */
  readonly environment: NodeJS.ProcessEnv;
}

/** The service to give to a gRPC server, and how to end what it started. */
export interface LanguageRuntime {
  /** Implements the part of `LanguageRuntime` that running and inspecting a program needs; gRPC answers UNIMPLEMENTED to the rest. */
  readonly service: UntypedServiceImplementation;
  /** Ends a program that still runs. */
  stop(): void;
}

/** Makes the `LanguageRuntime` service (`pulumi/language.proto`) for Node programs. */
export function createLanguageRuntime(options: LanguageRuntimeOptions): LanguageRuntime {
  const runner = createProgramRunner(options);
  const service: Pick<
    ILanguageRuntimeServer,
    "handshake" | "getPluginInfo" | "getRequiredPackages" | "run" | "about" | "getProgramDependencies" | "cancel"
  > = {
    handshake: unary(() => new languagePb.LanguageHandshakeResponse()),
    getPluginInfo: unary(() => new pluginPb.PluginInfo().setVersion(versions.cli)),
    getRequiredPackages: unary((request) => requiredPackages(programDirectory(request.getInfo()))),
    run: unary((request, call) => runner.run(request, call)),
    about: unary(aboutNode),
    getProgramDependencies: unary((request) =>
      programDependencies(programDirectory(request.getInfo()), request.getTransitivedependencies()),
    ),
    cancel: unary(() => {
      runner.stop();
      return new emptyPb.Empty();
    }),
  };
  return { service, stop: () => runner.stop() };
}

async function requiredPackages(directory: string): Promise<languagePb.GetRequiredPackagesResponse> {
  const response = new languagePb.GetRequiredPackagesResponse();
  for (const installed of await findInstalledPackages(directory)) {
    const plugin = pluginOf(installed);
    if (plugin === undefined) continue;
    const dependency = new pluginPb.PackageDependency().setKind("resource");
    dependency.setName(plugin.name).setVersion(`v${plugin.version}`).setServer(plugin.server);
    response.addPackages(dependency);
  }
  return response;
}

async function programDependencies(
  directory: string,
  transitive: boolean,
): Promise<languagePb.GetProgramDependenciesResponse> {
  const response = new languagePb.GetProgramDependenciesResponse();
  for (const { name, version } of await findProgramDependencies(directory, transitive)) {
    response.addDependencies(new languagePb.DependencyInfo().setName(name).setVersion(version));
  }
  return response;
}

function aboutNode(): languagePb.AboutResponse {
  const response = new languagePb.AboutResponse().setExecutable(process.execPath).setVersion(process.version);
  response.getMetadataMap().set("languageHost", `IMera's stand-in, with the Node that it brings`);
  return response;
}

function programDirectory(info: languagePb.ProgramInfo | undefined): string {
  if (info === undefined) throw new Error("The engine did not say where the program is (no ProgramInfo).");
  return info.getProgramDirectory();
}

/** Turns a function into a unary gRPC handler whose errors reach the engine as their message. */
function unary<Request, Response>(
  handle: (request: Request, call: ServerUnaryCall<Request, Response>) => Response | Promise<Response>,
): (call: ServerUnaryCall<Request, Response>, callback: sendUnaryData<Response>) => void {
  return (call, callback) => {
    const answer = async (): Promise<Response> => handle(call.request, call);
    answer().then(
      (response) => callback(null, response),
      (error: unknown) => callback({ code: status.UNKNOWN, details: messageOf(error) }),
    );
  };
}
