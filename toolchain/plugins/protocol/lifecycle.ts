import type providerMessages from "@pulumi/pulumi/proto/provider_pb.js";
import { withoutInternal } from "./check.ts";
import { difference } from "./diff.ts";
import { InitializationFailed } from "./failure.ts";
import { Empty, pb } from "./messages.ts";
import { assertPossible } from "./planning.ts";
import { type Properties, isInput } from "./property.ts";
import { inputsFromState } from "./refreshed-inputs.ts";
import type { Call, Resource } from "./resource.ts";
import { type Session, parseUrn } from "./session.ts";
import { type Bag, UNKNOWN, type Value } from "./value.ts";
import { receive, send } from "./wire.ts";

/** Answers Create: makes the resource, or at a preview returns the part of its state that is known before. */
export async function createResource<C>(
  session: Session<C>,
  request: providerMessages.CreateRequest,
): Promise<providerMessages.CreateResponse> {
  const { resource, properties } = kindOf(session, request.getUrn());
  const { values, secrets } = receive(request.getProperties());
  const inputs = withoutInternal(values);
  assertPossible(resource, inputs, undefined);
  if (request.getPreview()) {
    const outs = {
      ...unknownOuts(properties, () => true),
      ...inState(properties, inputs),
      ...resource.previewOuts?.(inputs),
    };
    return new pb.CreateResponse().setProperties(send(outs, properties, secrets));
  }
  let made: { id: string; outs: Bag } | undefined;
  const call = callOf(session, request.getUrn(), request.getTimeout());
  try {
    const { id, outs } = await resource.create({
      ...call,
      inputs,
      made: (id, outs) => (made = { id, outs: defined(outs) }),
    });
    return new pb.CreateResponse().setId(id).setProperties(send(stateOf(session, id, outs), properties, secrets));
  } catch (error) {
    if (made === undefined) throw error;
    const outs = { ...inState(properties, inputs), ...made.outs };
    throw new InitializationFailed(made.id, send(stateOf(session, made.id, outs), properties, secrets), error);
  }
}

/** Answers Read: the state and inputs as they are now, with an empty id when the resource is gone. */
export async function readResource<C>(
  session: Session<C>,
  request: providerMessages.ReadRequest,
): Promise<providerMessages.ReadResponse> {
  const { resource, properties } = kindOf(session, request.getUrn());
  const state = receive(request.getProperties());
  const inputs = receive(request.getInputs());
  const id = request.getId();
  const call = callOf(session, request.getUrn(), request.getTimeout());
  const outs = await resource.read({ ...call, id, state: state.values, inputs: withoutInternal(inputs.values) });
  if (outs === undefined) return new pb.ReadResponse();
  const found = stateOf(session, id, outs);
  return new pb.ReadResponse()
    .setId(id)
    .setProperties(send(found, properties, new Set([...state.secrets, ...inputs.secrets])))
    .setInputs(send(inputsFromState(properties, inputs.values, found), properties, inputs.secrets));
}

/** Answers Update: changes the resource, or at a preview returns the state with the new inputs in it. */
export async function updateResource<C>(
  session: Session<C>,
  request: providerMessages.UpdateRequest,
): Promise<providerMessages.UpdateResponse> {
  const { resource, properties } = kindOf(session, request.getUrn());
  const state = receive(request.getOlds()).values;
  const news = receive(request.getNews());
  const inputs = withoutInternal(news.values);
  assertPossible(resource, inputs, state);
  if (request.getPreview()) {
    const volatile = unknownOuts(properties, (key) => properties[key]?.volatile === true);
    const outs = { ...madeByApi(properties, state), ...inState(properties, inputs), ...volatile };
    return new pb.UpdateResponse().setProperties(send(outs, properties, news.secrets));
  }
  if (resource.update === undefined) throw new Error(`${resource.token} cannot be updated, only replaced.`);
  const { changed } = difference(properties, state, inputs);
  const call = callOf(session, request.getUrn(), request.getTimeout());
  const id = request.getId();
  try {
    const outs = await resource.update({ ...call, id, inputs, state, changed });
    return new pb.UpdateResponse().setProperties(send(stateOf(session, id, outs), properties, news.secrets));
  } catch (error) {
    if (!session.definition.readsAfterFailedUpdate) throw error;
    const signal = AbortSignal.timeout(READ_AFTER_FAILURE_MS);
    const outs = await resource.read({ ...call, signal, id, inputs, state }).catch(() => undefined);
    // What cannot be read stays in the state as it was; the failure is told either way.
    if (outs === undefined) throw error;
    throw new InitializationFailed(id, send(stateOf(session, id, outs), properties, news.secrets), error);
  }
}

/** A cancelled update has its state read, too, for this long. */
const READ_AFTER_FAILURE_MS = 10_000;

/** Answers Delete: removes the resource. One that is gone already is no error. */
export async function deleteResource<C>(session: Session<C>, request: providerMessages.DeleteRequest) {
  const { resource } = kindOf(session, request.getUrn());
  const state = receive(request.getProperties()).values;
  const call = callOf(session, request.getUrn(), request.getTimeout());
  await resource.delete({ ...call, id: request.getId(), state });
  return new Empty();
}

function kindOf<C>(session: Session<C>, urn: string): { resource: Resource<C>; properties: Properties } {
  const resource = session.resource(parseUrn(urn).type);
  return { resource, properties: resource.properties };
}

function callOf<C>(session: Session<C>, urn: string, timeoutSeconds: number): Call<C> {
  return { client: session.client, urn, name: parseUrn(urn).name, signal: session.signal(timeoutSeconds) };
}

function stateOf<C>(session: Session<C>, id: string, outs: unknown): Bag {
  return session.definition.idInState ? { ...defined(outs), id } : defined(outs);
}

/** Leaves out members that are undefined: a resource may say `x: inputs.x` for an input that was not given. */
function defined(outs: unknown): Bag {
  const entries = Object.entries<Value | undefined>({ ...(outs as Bag) });
  return Object.fromEntries(entries.filter((entry): entry is [string, Value] => entry[1] !== undefined));
}

function unknownOuts(properties: Properties, wanted: (key: string) => boolean): Bag {
  const made = Object.entries(properties).filter(([, row]) => !isInput(row) || row.computed === true);
  return Object.fromEntries(made.filter(([key]) => wanted(key)).map(([key]) => [key, UNKNOWN]));
}

/** The part of a state that does not come from the program: it stays when the program takes an input away. */
function madeByApi(properties: Properties, state: Bag): Bag {
  const isGiven = (key: string) => {
    const property = properties[key];
    return property !== undefined && isInput(property) && property.computed !== true;
  };
  return Object.fromEntries(Object.entries(state).filter(([key]) => !isGiven(key)));
}

function inState(properties: Properties, inputs: Bag): Bag {
  return Object.fromEntries(
    Object.entries(inputs).map(([key, value]) => {
      const held = value === UNKNOWN ? undefined : properties[key]?.inState?.(value);
      return [key, held ?? value];
    }),
  );
}
