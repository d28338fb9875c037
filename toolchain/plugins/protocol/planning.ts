import type providerMessages from "@pulumi/pulumi/proto/provider_pb.js";
import { type Naming, checkInputs, failureAt, withoutInternal } from "./check.ts";
import { deletesFirst, difference } from "./diff.ts";
import { pb } from "./messages.ts";
import type { CheckFailure, Resource } from "./resource.ts";
import { type Session, parseUrn } from "./session.ts";
import { type Bag, hasUnknown } from "./value.ts";
import { receive, send } from "./wire.ts";

/** Answers Check: the inputs with names and defaults filled in, and the failures. */
export function checkResource<C>(
  session: Session<C>,
  request: providerMessages.CheckRequest,
): providerMessages.CheckResponse {
  const resource = session.resource(parseUrn(request.getUrn()).type);
  const { values, secrets } = receive(request.getNews());
  const olds = receive(request.getOlds()).values;
  const { properties } = resource;
  const { inputs, failures } = checkInputs(properties, values, olds, naming(request), session.refusal);
  const { name } = parseUrn(request.getUrn());
  const found = failures.length > 0 ? failures : crossCheck(resource, name, inputs);
  return new pb.CheckResponse()
    .setInputs(send(inputs, properties, secrets))
    .setFailuresList(found.map((each) => new pb.CheckFailure().setProperty(each.property).setReason(each.reason)));
}

/** Answers Diff: the changes from the state (`olds`) to the inputs `news`, and which of them replace the resource. */
export function diffResource<C>(
  session: Session<C>,
  request: providerMessages.DiffRequest,
): providerMessages.DiffResponse {
  const resource = session.resource(parseUrn(request.getUrn()).type);
  const { properties } = resource;
  const state = receive(request.getOlds()).values;
  const inputs = receive(request.getNews()).values;
  assertPossible(resource, inputs, state);
  const { detailed, changed, replaces } = difference(properties, state, inputs);
  const forced = !hasUnknown(inputs) && replaces.length === 0 && resource.mustReplace?.(inputs, state) === true;
  const allReplaces = forced ? ["__meta"] : [...replaces];
  const response = new pb.DiffResponse()
    .setChanges(changed.size > 0 ? pb.DiffResponse.DiffChanges.DIFF_SOME : pb.DiffResponse.DiffChanges.DIFF_NONE)
    .setDiffsList([...changed])
    .setReplacesList(allReplaces)
    .setDeletebeforereplace(allReplaces.length > 0 && deletesFirst(properties, inputs));
  if (!session.definition.detailedDiff) return response;
  for (const [path, { kind, replaces: replacing }] of detailed) {
    const wireKind = replacing ? (`${kind}_REPLACE` as const) : kind;
    response.getDetaileddiffMap().set(path, new pb.PropertyDiff().setKind(pb.PropertyDiff.Kind[wireKind]));
  }
  return response.setHasdetaileddiff(true);
}

/** Throws what the resource's own `plan` has against the change. */
export function assertPossible<C>(resource: Resource<C>, inputs: Bag, state: Bag | undefined): void {
  if (!hasUnknown(inputs)) resource.plan?.(withoutInternal(inputs), state);
}

function crossCheck<C>(resource: Resource<C>, name: string, inputs: Bag): readonly CheckFailure[] {
  const found = hasUnknown(inputs) ? [] : (resource.check?.(withoutInternal(inputs)) ?? []);
  return found.map(({ property, reason }) => failureAt(reason, name, property));
}

function naming(request: providerMessages.CheckRequest): Naming {
  const options = request.getAutonaming();
  const { name } = parseUrn(request.getUrn());
  const proposed = options?.getProposedName() ?? "";
  return {
    name,
    seed: request.getRandomseed_asU8(),
    disabled: options?.getMode() === pb.CheckRequest.AutonamingOptions.Mode.DISABLE,
    ...(proposed === "" ? {} : { proposed }),
  };
}
