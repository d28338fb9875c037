import { Metadata, type ServiceError, status } from "@grpc/grpc-js";
import type { Struct as StructMessage } from "google-protobuf/google/protobuf/struct_pb.js";
import { Any, Status, pb } from "./messages.ts";

/** The resource exists, under this id and with this state, but could not be brought to where it should be. */
export class InitializationFailed extends Error {
  override readonly name = "InitializationFailed";
  readonly id: string;
  readonly outs: StructMessage;

  constructor(id: string, outs: StructMessage, cause: unknown) {
    super(messageOf(cause), { cause });
    this.id = id;
    this.outs = outs;
  }
}

/** Converts a thrown error into gRPC's: its message, and for an {@link InitializationFailed} the resource's id and state. */
export function toServiceError(error: unknown): Partial<ServiceError> {
  if (isServiceError(error)) return error;
  const answer = { code: status.UNKNOWN, details: messageOf(error) };
  return error instanceof InitializationFailed ? { ...answer, metadata: halfMade(error) } : answer;
}

/** Makes gRPC's error for a call that the service does not know. */
export function unimplemented(what: string): Error {
  return Object.assign(new Error(what), { code: status.UNIMPLEMENTED, details: what });
}

/** Finds the message of anything thrown, with those of its causes. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (!(cause instanceof Error) || error.message.includes(cause.message)) return error.message;
  return `${error.message}: ${messageOf(cause)}`;
}

function isServiceError(error: unknown): error is Partial<ServiceError> {
  return error instanceof Error && "code" in error && error.code === status.UNIMPLEMENTED;
}

// gRPC's "rich errors": a google.rpc.Status, serialised, under this key.
function halfMade(error: InitializationFailed): Metadata {
  const failed = new pb.ErrorResourceInitFailed();
  failed.setId(error.id);
  failed.setProperties(error.outs);
  failed.setReasonsList([error.message]);
  const detail = new Any();
  detail.pack(failed.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const rich = new Status();
  rich.setCode(status.UNKNOWN);
  rich.setMessage(error.message);
  rich.addDetails(detail);
  const metadata = new Metadata();
  metadata.add("grpc-status-details-bin", Buffer.from(rich.serializeBinary()));
  return metadata;
}
