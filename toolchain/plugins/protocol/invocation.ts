import type providerMessages from "@pulumi/pulumi/proto/provider_pb.js";
import { checkInputs } from "./check.ts";
import { pb } from "./messages.ts";
import type { Session } from "./session.ts";
import { receive, send } from "./wire.ts";

/** Answers Invoke: calls a function of the provider. */
export async function invoke<C>(
  session: Session<C>,
  request: providerMessages.InvokeRequest,
): Promise<providerMessages.InvokeResponse> {
  const called = session.function(request.getTok());
  const { values } = receive(request.getArgs());
  const { inputs, failures } = checkInputs(called.arguments, values, {}, undefined, session.refusal);
  if (failures.length > 0) {
    const messages = failures.map((each) => new pb.CheckFailure().setProperty(each.property).setReason(each.reason));
    return new pb.InvokeResponse().setFailuresList(messages);
  }
  const result = await called.invoke({ client: session.client, args: inputs, signal: session.signal(0) });
  return new pb.InvokeResponse().setReturn(send(result, {}, new Set()));
}
