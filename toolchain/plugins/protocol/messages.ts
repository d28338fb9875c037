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
export const { ResourceProviderService, ResourceProviderClient } = providerService;
export const { PluginInfo } = pluginMessages;
export const { Status } = statusMessages;
export const { Any } = anyMessages;
export const { Empty } = emptyMessages;
export const { Struct } = structMessages;
