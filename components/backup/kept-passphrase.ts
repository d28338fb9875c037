import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { type NamedStack, pulumiCommandLine } from "../../host/terminal/advice.ts";
import { runningStack } from "../settings/running-stack.ts";
import type { KnownResource } from "../vendors/stack-state.ts";

/** Resource in a stack's state, as far as it tells what backups were made with. */
type StateResource = Pick<KnownResource, "type" | "name" | "outputs">;

/** Backups as the stack's settings have them. */
interface WantedBackups extends NamedStack {
  readonly passphrase: string;
  /** Setting `backupBucket`; empty: the stack's own bucket. */
  readonly bucket: string;
}

/**
 * Compares the passphrase of the backups with the one in the stack's state, `known`. Throws a `RunError` where it would change
 * though the bucket stays.
 */
export async function keepPassphrase(
  { passphrase, bucket }: { readonly passphrase: pulumi.Output<string>; readonly bucket: string },
  known: readonly StateResource[],
): Promise<void> {
  const resolved = await new Promise<string>((resolve) => passphrase.apply(resolve));
  const problem = passphraseProblem({ passphrase: resolved, bucket, ...runningStack() }, known);
  if (problem !== undefined) throw new pulumi.RunError(`the stack's configuration cannot be used:\n  ${problem}`);
}

/**
 * Says why the passphrase cannot become another one; undefined where it stays, where the bucket changes as well, and where no node
 * has come up with the former one yet.
 */
export function passphraseProblem(wanted: WantedBackups, known: readonly StateResource[]): string | undefined {
  const { passphrase, bucket } = wanted;
  const former = known.filter(isUsed(known)).flatMap(({ outputs }) => passphraseIn(outputs["stdin"]));
  const formerBucket = z.string().safeParse(locationOf(known)?.bucket).data;
  if (former.length === 0 || former.includes(passphrase)) return undefined;
  if (formerBucket !== undefined && formerBucket !== (bucket === "" ? ownBucket(known) : bucket)) return undefined;
  const setBack = pulumiCommandLine(wanted, "config", "set", "--secret", "imera:backupPassphrase");
  return (
    "imera:backupPassphrase: is another one than the backups in the bucket were made with. They could not be read any more, and no new " +
    `ones be made beside them. Set the former one back: ${setBack}. To begin anew with another passphrase, name a new bucket as well ` +
    "(imera:backupBucket, docs/backups.md), and keep the former passphrase as long as the old bucket."
  );
}

/** Selects the commands that delivered secrets to a node which has come up since. */
function isUsed(known: readonly StateResource[]) {
  const proved = new Set(known.filter(runs("/usr/local/lib/imera/converge")).map(({ name }) => stem(name)));
  return (resource: StateResource) =>
    runs("/usr/local/sbin/imera-accept-secrets")(resource) && proved.has(stem(resource.name));
}

function runs(program: string) {
  return ({ type, outputs }: StateResource) => type === "command:remote:Command" && outputs["create"] === program;
}

function stem(name: string): string {
  return name.replace(/-[a-z]+$/, "");
}

const secretsForm = z.object({ backupPassphrase: z.string() });

function passphraseIn(stdin: unknown): string[] {
  if (typeof stdin !== "string") return [];
  const secrets = secretsForm.safeParse(JSON.parse(stdin)).data;
  return secrets === undefined ? [] : [secrets.backupPassphrase];
}

const locationForm = z.object({ location: z.object({ bucket: z.string() }) });

function locationOf(known: readonly StateResource[]) {
  const store = known.find(({ type }) => type === "imera:index:BackupStore");
  return locationForm.safeParse(store?.outputs).data?.location;
}

function ownBucket(known: readonly StateResource[]): unknown {
  return known.find(({ type }) => type === "digitalocean:index/spacesBucket:SpacesBucket")?.outputs["name"];
}
