import type providerMessages from "@pulumi/pulumi/proto/provider_pb.js";
import { checkInputs, withoutInternal } from "./check.ts";
import { pb } from "./messages.ts";
import type { Session } from "./session.ts";
import { type Bag, type Value, hasUnknown } from "./value.ts";
import { receive } from "./wire.ts";

/** Answers Configure: makes the client. While the configuration is not known (a preview), calls that need the client fail. */
export function configure<C>(
  session: Session<C>,
  request: providerMessages.ConfigureRequest,
): providerMessages.ConfigureResponse {
  const { config } = session.definition;
  const received = withoutInternal(receive(request.getArgs()).values);
  const own = Object.entries(received).filter(([key]) => Object.hasOwn(config, key));
  const args: Bag = Object.fromEntries(own.map(([key, value]) => [key, fromText(value, config[key]?.shape.kind)]));
  if (!hasUnknown(args)) {
    const { inputs, failures } = checkInputs(config, args, {}, undefined, session.refusal);
    if (failures.length > 0) {
      throw new Error(failures.map(({ reason }) => `${session.definition.name}: ${reason}`).join("\n"));
    }
    session.client = session.definition.configure(inputs);
  }
  return new pb.ConfigureResponse()
    .setAcceptsecrets(true)
    .setSupportspreview(true)
    .setAcceptresources(false)
    .setAcceptoutputs(false)
    .setSupportsAutonamingConfiguration(true);
}

/** Stack configuration comes as text; lists and objects in it as JSON. */
function fromText(value: Value, kind: string | undefined): Value {
  if (typeof value !== "string" || kind === "text" || kind === "number" || kind === "flag") return value;
  return JSON.parse(value) as Value;
}
