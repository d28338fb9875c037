// The generated definitions are CommonJS that assigns its exports as it runs, so Node sees no named exports in them: they
// are imported whole here, and nowhere else.
import anyMessages from "google-protobuf/google/protobuf/any_pb.js";
import emptyMessages from "google-protobuf/google/protobuf/empty_pb.js";
import structMessages from "google-protobuf/google/protobuf/struct_pb.js";
import pluginMessages from "@pulumi/pulumi/proto/plugin_pb.js";
import providerService from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import providerMessages from "@pulumi/pulumi/proto/provider_pb.js";
import statusMessages from "@pulumi/pulumi/proto/status_pb.js";

/** Messages of `pulumi/provider.proto`, as `@pulumi/pulumi` ships them. */
export const pb = providerMessages;
/** gRPC service and client of `pulumi/provider.proto`. */
export const { ResourceProviderService, ResourceProviderClient } = providerService;
/** Message of `pulumi/plugin.proto` with a plugin's version. */
export const { PluginInfo } = pluginMessages;
/** Message of `google/rpc/status.proto`: a gRPC error with details. */
export const { Status } = statusMessages;
/** Message of `google/protobuf/any.proto`: a message with its type's name. */
export const { Any } = anyMessages;
/** Message of `google/protobuf/empty.proto`. */
export const { Empty } = emptyMessages;
/** Message of `google/protobuf/struct.proto`: a JSON object, in which resources' properties travel. */
export const { Struct } = structMessages;
