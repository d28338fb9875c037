import { z } from "zod";
import { recoveryRecord } from "../network/node/recovery-record.ts";

/**
 * Names of the phases that a rebuild's time is divided among, in the order they are shown. Each second belongs to one.
 */
export const phaseNames = [
  "refresh",
  "plan",
  "question",
  "bucket from the copy",
  "engine",
  "droplet",
  "boot and packages",
  "recovery",
  "database",
  "ejabberd",
  "certificate",
  "other steps on the node",
  "firewall and DNS",
  "verification",
] as const;
/** Name of a phase of a rebuild. */
export type PhaseName = (typeof phaseNames)[number];

const phase = z.object({ name: z.enum(phaseNames), seconds: z.number() });
/** Phase of a rebuild with the seconds that belong to it. */
export type Phase = z.infer<typeof phase>;

const operation = z.object({
  /** The engine's word: create, update, delete … */
  operation: z.string(),
  /** Type token, such as `digitalocean:index/droplet:Droplet`. */
  type: z.string(),
  /** Name of the resource in the program. */
  name: z.string(),
  /** Time from the start of the command to the start of the operation. */
  startSeconds: z.number(),
  seconds: z.number(),
});
/** Operation of the engine on a resource, with its time in seconds from the start of the command. */
export type Operation = z.infer<typeof operation>;

const nodeStep = z.object({
  /** Name of the resource that ran the step. */
  command: z.string(),
  step: z.string(),
  detail: z.string(),
  /** Time by the node's own clock; steps that run beside each other add up to more than the phases. */
  seconds: z.number(),
});
/** Step of `converge` on a node, with what it did and the seconds it took. */
export type NodeStep = z.infer<typeof nodeStep>;

const nodeRecovery = recoveryRecord.extend({
  /** Full host name. */
  node: z.string(),
});

const check = z.object({ name: z.string(), detail: z.string() });
/**
 * Schema of the report that `npm run rebuild -- --json FILE` writes. Times are RFC 3339 in UTC, lengths of time in
 * seconds.
 */
export const rebuildReport = z.object({
  version: z.literal(1),
  stack: z.string(),
  domain: z.string(),
  startedAt: z.string(),
  /** Time at which the network was proved to serve. */
  verifiedAt: z.string(),
  /** Resources that the refresh found gone, by type and name. */
  gone: z.array(z.object({ type: z.string(), name: z.string() })),
  /** Resources that were left in place and forgotten, with `--leave-behind`; `id` is DigitalOcean's. */
  leftBehind: z.array(z.object({ type: z.string(), name: z.string(), id: z.string() })),
  /** Phases with their seconds, which add up to the time from `startedAt` to `verifiedAt`. */
  phases: z.array(phase),
  /** Operations of the engine, one by one. */
  operations: z.array(operation),
  nodeSteps: z.array(nodeStep),
  /** Time in which at least one request to a cloud was under way, waits of the plugins included, and how many operations. */
  cloudRequests: z.object({ seconds: z.number(), operations: z.int() }),
  /** Number of runs of `pulumi up`: more than one where a resource went away meanwhile. */
  attempts: z.int(),
  /** Start of the command to proof, without the time that the question waited for an answer. */
  rtoSeconds: z.number(),
  recoveries: z.array(nodeRecovery),
  rpo: z.object({
    /** The worst of all nodes'. */
    outcome: z.enum(["nothing lost", "restored from backup", "new and empty"]),
    /** The newest change that is there, where it was restored. */
    lastTransactionAt: z.string().nullable(),
    meaning: z.string(),
  }),
  /** Findings from outside that are good. */
  checks: z.array(check),
  /** Findings that do not keep clients out, but need the operator: backups that are late, for example. */
  warnings: z.array(z.string()),
});
/** Report of a rebuild. Times are RFC 3339 in UTC, lengths of time in seconds. */
export type RebuildReport = z.infer<typeof rebuildReport>;
