import { z } from "zod";
import { recoveryRecord } from "../network/node/recovery-record.ts";

/** Where the time of a rebuild goes, in the order they are shown. Each second belongs to one. */
export const phaseNames = [
  "refresh",
  "plan",
  "question",
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
export type PhaseName = (typeof phaseNames)[number];

const phase = z.object({ name: z.enum(phaseNames), seconds: z.number() });
export type Phase = z.infer<typeof phase>;

const operation = z.object({
  /** The engine's word: create, update, delete … */
  operation: z.string(),
  /** Type token, such as `digitalocean:index/droplet:Droplet`. */
  type: z.string(),
  /** In the program. */
  name: z.string(),
  /** From the start of the command. */
  startSeconds: z.number(),
  seconds: z.number(),
});
export type Operation = z.infer<typeof operation>;

const nodeStep = z.object({
  /** The resource that ran it. */
  command: z.string(),
  step: z.string(),
  detail: z.string(),
  /** By the node's own clock; steps that run beside each other add up to more than the phases. */
  seconds: z.number(),
});
export type NodeStep = z.infer<typeof nodeStep>;

const nodeRecovery = recoveryRecord.extend({
  /** Full host name. */
  node: z.string(),
});

const check = z.object({ name: z.string(), detail: z.string() });
/** What `npm run rebuild -- --json FILE` writes. Times are RFC 3339 in UTC, lengths of time in seconds. */
export const rebuildReport = z.object({
  version: z.literal(1),
  stack: z.string(),
  domain: z.string(),
  startedAt: z.string(),
  /** When the network was proved to serve. */
  verifiedAt: z.string(),
  /** What the refresh found gone, by type and name. */
  gone: z.array(z.object({ type: z.string(), name: z.string() })),
  /** What was left where it is and forgotten, with `--leave-behind`. */
  leftBehind: z.array(z.object({ type: z.string(), name: z.string(), id: z.string() })),
  /** They add up to the time from startedAt to verifiedAt. */
  phases: z.array(phase),
  /** What the engine did, one by one. */
  operations: z.array(operation),
  nodeSteps: z.array(nodeStep),
  /** Time in which at least one request to a cloud was under way, waits of the plugins included, and how many operations. */
  cloudRequests: z.object({ seconds: z.number(), operations: z.int() }),
  /** How often `pulumi up` was run: more than once where a resource went away meanwhile. */
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
  /** What was looked at from outside and found good. */
  checks: z.array(check),
  /** What does not keep clients out, but needs the operator: backups that are late, for example. */
  warnings: z.array(z.string()),
});
export type RebuildReport = z.infer<typeof rebuildReport>;
