import type { UntypedServiceImplementation, sendUnaryData, ServerUnaryCall } from "@grpc/grpc-js";
import type providerMessages from "@pulumi/pulumi/proto/provider_pb.js";
import { checkInputs } from "./check.ts";
import { configure } from "./configuration.ts";
import { toServiceError, unimplemented } from "./failure.ts";
import { invoke } from "./invocation.ts";
import { createResource, deleteResource, readResource, updateResource } from "./lifecycle.ts";
import { Empty, PluginInfo, ResourceProviderService, pb } from "./messages.ts";
import { checkResource, diffResource } from "./planning.ts";
import type { ProviderDefinition } from "./resource.ts";
import { Session } from "./session.ts";
import { receive, send } from "./wire.ts";

/** Makes Pulumi's gRPC service `ResourceProvider` of a provider definition. */
export function providerService<C>(definition: ProviderDefinition<C>): UntypedServiceImplementation {
  const session = new Session(definition);
  const known: UntypedServiceImplementation = {
    handshake: unary(() => handshake()),
    getPluginInfo: unary(() => new PluginInfo().setVersion(definition.version)),
    getSchema: unary(() => new pb.GetSchemaResponse().setSchema("{}")),
    checkConfig: unary((request: providerMessages.CheckRequest) => checkConfig(session, request)),
    diffConfig: unary(() => new pb.DiffResponse()),
    configure: unary((request: providerMessages.ConfigureRequest) => configure(session, request)),
    check: unary((request: providerMessages.CheckRequest) => checkResource(session, request)),
    diff: unary((request: providerMessages.DiffRequest) => diffResource(session, request)),
    create: unary((request: providerMessages.CreateRequest) => createResource(session, request)),
    read: unary((request: providerMessages.ReadRequest) => readResource(session, request)),
    update: unary((request: providerMessages.UpdateRequest) => updateResource(session, request)),
    delete: unary((request: providerMessages.DeleteRequest) => deleteResource(session, request)),
    invoke: unary((request: providerMessages.InvokeRequest) => invoke(session, request)),
    cancel: unary(() => {
      session.cancel();
      return new Empty();
    }),
  };
  return { ...refusals(), ...known };
}

function handshake(): providerMessages.ProviderHandshakeResponse {
  return new pb.ProviderHandshakeResponse()
    .setAcceptSecrets(true)
    .setAcceptResources(false)
    .setAcceptOutputs(false)
    .setSupportsAutonamingConfiguration(true);
}

/** The engine's own options travel among the provider's and are none of our business. */
const ENGINE_OPTIONS = new Set(["version", "pluginDownloadURL"]);

function checkConfig<C>(session: Session<C>, request: providerMessages.CheckRequest): providerMessages.CheckResponse {
  const { values, secrets } = receive(request.getNews());
  const { config } = session.definition;
  const own = Object.fromEntries(Object.entries(values).filter(([key]) => !ENGINE_OPTIONS.has(key)));
  const { inputs, failures } = checkInputs(config, own, {}, undefined, session.refusal);
  const rest = Object.fromEntries(Object.entries(values).filter(([key]) => ENGINE_OPTIONS.has(key)));
  return new pb.CheckResponse()
    .setInputs(send({ ...inputs, ...rest }, config, secrets))
    .setFailuresList(failures.map((each) => new pb.CheckFailure().setProperty(each.property).setReason(each.reason)));
}

function unary<Request, Response>(handle: (request: Request) => Response | Promise<Response>) {
  return (call: ServerUnaryCall<Request, Response>, callback: sendUnaryData<Response>): void => {
    Promise.resolve(call.request)
      .then(handle)
      .then(
        (response) => callback(null, response),
        (error: unknown) => callback(toServiceError(error)),
      );
  };
}

function refusals(): UntypedServiceImplementation {
  const refuse = (method: string) =>
    unary(() => {
      throw unimplemented(`${method} is not implemented by this stand-in plugin.`);
    });
  return Object.fromEntries(Object.keys(ResourceProviderService).map((method) => [method, refuse(method)]));
}
