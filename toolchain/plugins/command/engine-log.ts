import { credentials } from "@grpc/grpc-js";
import engineGrpc from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import enginePb from "@pulumi/pulumi/proto/engine_pb.js";

/** Shows the user a line beside the resource with this URN. */
export type LogLine = (urn: string, line: string) => void;

/**
 * Shows lines through the engine at `address` as the status of their resource, so that a long command can be watched.
 * Without an address lines go nowhere.
 */
export function engineLog(address: string | undefined): LogLine {
  if (address === undefined) return () => undefined;
  const engine = new engineGrpc.EngineClient(address, credentials.createInsecure());
  return (urn, line) => {
    const request = new enginePb.LogRequest().setSeverity(enginePb.LogSeverity.INFO).setEphemeral(true);
    // The engine's answer is not awaited: a line that it does not take is no reason to fail a command that ran.
    engine.log(request.setUrn(urn).setMessage(line), () => undefined);
  };
}
