import { type ServiceError, credentials } from "@grpc/grpc-js";
import type providerMessages from "@pulumi/pulumi/proto/provider_pb.js";
import { ResourceProviderClient, Struct, pb } from "../messages.ts";
import type { ProviderDefinition } from "../resource.ts";
import { serve } from "../serve.ts";
import type { RecordedProperties } from "./recording.ts";
import { fromSigned, toSigned } from "./signed-forms.ts";

/** Answer to Diff, in the words of the recordings: `changes` is `NONE` or `SOME`, `detailed` gives kinds by path. */
export interface PlannedChange {
  readonly changes: string;
  readonly replaces: readonly string[];
  readonly detailed: Readonly<Record<string, string>>;
  readonly deleteBeforeReplace: boolean;
}

/** A plugin as the engine sees it, over gRPC. Errors are gRPC's: `2 UNKNOWN: message`. */
export interface PluginClient {
  check(urn: string, news: RecordedProperties): Promise<{ inputs: RecordedProperties; failures: readonly string[] }>;
  previewCreate(urn: string, inputs: RecordedProperties): Promise<RecordedProperties>;
  create(urn: string, inputs: RecordedProperties): Promise<{ id: string; outs: RecordedProperties }>;
  read(
    urn: string,
    id: string,
    outs: RecordedProperties,
    inputs: RecordedProperties,
  ): Promise<{ id: string; outs: RecordedProperties; inputs: RecordedProperties }>;
  diff(urn: string, id: string, change: Change): Promise<PlannedChange>;
  update(urn: string, id: string, change: Change): Promise<RecordedProperties>;
  /** `timeoutSeconds` is the program's own limit; 0, the default: it sets none. */
  delete(
    urn: string,
    id: string,
    outs: RecordedProperties,
    inputs: RecordedProperties,
    timeoutSeconds?: number,
  ): Promise<void>;
  invoke(token: string, args: RecordedProperties): Promise<{ ret: RecordedProperties; failures: readonly string[] }>;
  stop(): void;
}

/** Change of a resource, as the engine hands it to Diff and Update. */
export interface Change {
  /** State before the change. */
  readonly olds: RecordedProperties;
  /** Checked inputs before the change. */
  readonly oldInputs: RecordedProperties;
  /** Checked inputs after the change. */
  readonly news: RecordedProperties;
}

/** Serves `definition` in this process, configures it as the engine does, and talks to it. */
export async function startPlugin<C>(
  definition: ProviderDefinition<C>,
  config: Readonly<Record<string, string>>,
): Promise<PluginClient> {
  const serving = await serve(definition);
  const stub = new ResourceProviderClient(`127.0.0.1:${serving.port}`, credentials.createInsecure());
  const { checkFailures, struct, properties } = messages;
  await unary<providerMessages.ConfigureResponse>((done) =>
    stub.configure(new pb.ConfigureRequest().setArgs(struct(config)).setAcceptsecrets(true), done),
  );
  return {
    async check(urn, news) {
      const request = new pb.CheckRequest().setUrn(urn).setNews(struct(news)).setRandomseed(new Uint8Array(32).fill(7));
      const response = await unary<providerMessages.CheckResponse>((done) => stub.check(request, done));
      return { inputs: properties(response.getInputs()), failures: checkFailures(response.getFailuresList()) };
    },
    async previewCreate(urn, inputs) {
      const request = new pb.CreateRequest().setUrn(urn).setProperties(struct(inputs)).setPreview(true);
      const response = await unary<providerMessages.CreateResponse>((done) => stub.create(request, done));
      return properties(response.getProperties());
    },
    async create(urn, inputs) {
      const request = new pb.CreateRequest().setUrn(urn).setProperties(struct(inputs));
      const response = await unary<providerMessages.CreateResponse>((done) => stub.create(request, done));
      return { id: response.getId(), outs: properties(response.getProperties()) };
    },
    async read(urn, id, outs, inputs) {
      const request = new pb.ReadRequest().setUrn(urn).setId(id).setProperties(struct(outs)).setInputs(struct(inputs));
      const response = await unary<providerMessages.ReadResponse>((done) => stub.read(request, done));
      return {
        id: response.getId(),
        outs: properties(response.getProperties()),
        inputs: properties(response.getInputs()),
      };
    },
    async diff(urn, id, { olds, oldInputs, news }) {
      const request = new pb.DiffRequest().setUrn(urn).setId(id);
      request.setOlds(struct(olds)).setOldInputs(struct(oldInputs)).setNews(struct(news));
      return plannedChange(await unary<providerMessages.DiffResponse>((done) => stub.diff(request, done)));
    },
    async update(urn, id, { olds, oldInputs, news }) {
      const request = new pb.UpdateRequest().setUrn(urn).setId(id);
      request.setOlds(struct(olds)).setOldInputs(struct(oldInputs)).setNews(struct(news));
      const response = await unary<providerMessages.UpdateResponse>((done) => stub.update(request, done));
      return properties(response.getProperties());
    },
    async delete(urn, id, outs, inputs, timeoutSeconds = 0) {
      const request = new pb.DeleteRequest()
        .setUrn(urn)
        .setId(id)
        .setProperties(struct(outs))
        .setOldInputs(struct(inputs))
        .setTimeout(timeoutSeconds);
      await unary((done) => stub.delete(request, done));
    },
    async invoke(token, args) {
      const request = new pb.InvokeRequest().setTok(token).setArgs(struct(args));
      const response = await unary<providerMessages.InvokeResponse>((done) => stub.invoke(request, done));
      return { ret: properties(response.getReturn()), failures: checkFailures(response.getFailuresList()) };
    },
    stop() {
      stub.close();
      serving.stop();
    },
  };
}

const messages = {
  struct: (values: RecordedProperties) => Struct.fromJavaScript(toSigned(values)),
  properties: (struct: InstanceType<typeof Struct> | undefined) => fromSigned(struct?.toJavaScript() ?? {}),
  checkFailures: (failures: readonly providerMessages.CheckFailure[]) =>
    failures.map((each) => [each.getProperty(), each.getReason()].filter((part) => part !== "").join(": ")),
};

function plannedChange(response: providerMessages.DiffResponse): PlannedChange {
  const changes = ["UNKNOWN", "NONE", "SOME"][response.getChanges()] ?? "";
  const kinds = ["ADD", "ADD_REPLACE", "DELETE", "DELETE_REPLACE", "UPDATE", "UPDATE_REPLACE"];
  const detailed: Record<string, string> = {};
  response.getDetaileddiffMap().forEach((each, path) => {
    detailed[path] = kinds[each.getKind()] ?? "";
  });
  return {
    changes,
    replaces: response.getReplacesList(),
    detailed,
    deleteBeforeReplace: response.getDeletebeforereplace(),
  };
}

function unary<Response>(call: (done: (error: ServiceError | null, response: Response) => void) => unknown) {
  return new Promise<Response>((resolve, reject) => {
    call((error, response) => {
      if (error === null) resolve(response);
      else reject(error);
    });
  });
}
