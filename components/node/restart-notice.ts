import { log } from "@pulumi/pulumi";
import { z } from "zod";
import { unpackText } from "../../host/packed-text.ts";
import type { KnownResource } from "../vendors/stack-state.ts";
import { staticFiles, type NodeFile } from "./files.ts";
import { keptLogin, type NodePlace } from "./kept-login.ts";

/** Says in a preview which nodes' services an update restarts, `known` being the stack's state. Rejects with the engine's error. */
export async function sayWhatRestarts(nodes: readonly NodePlace[], known: readonly KnownResource[]): Promise<void> {
  for (const text of restarts(nodes, known, staticFiles())) await log.info(text);
}

/**
 * Lists the restarts that an update of these nodes brings, a line each: services that read a file at their start only, which has
 * changed since the node was last configured. `known`: the stack's state; `files`: those that every node gets. Pure.
 */
export function restarts(
  nodes: readonly NodePlace[],
  known: readonly KnownResource[],
  files: readonly NodeFile[],
): readonly string[] {
  return nodes.flatMap((place) => {
    const former = formerFiles(place, known);
    if (former === undefined) return [];
    return readAtStart.flatMap(({ service, paths, users }) => {
      const changed = changedPaths(former, files).filter((path) => paths.test(path));
      return changed.length === 0
        ? []
        : [`${place.node}: this update restarts ${service}, which reads ${changed.join(", ")} at its start. ${users}`];
    });
  });
}

/** Contents by path of the files that a node was given last; undefined where it is not there, or will be replaced. */
function formerFiles(place: NodePlace, known: readonly KnownResource[]): ReadonlyMap<string, string> | undefined {
  if (keptLogin(place, known) === undefined) return undefined;
  const configuration = known.find(({ name }) => name === `${place.node}-setup-configuration`);
  const bundle = bundleForm.safeParse(configuration?.outputs["stdin"]);
  return bundle.success ? new Map(bundle.data.files.map(({ path, content }) => [path, content])) : undefined;
}

function changedPaths(former: ReadonlyMap<string, string>, files: readonly NodeFile[]): string[] {
  const wanted = new Map(files.map(({ path, content }) => [path, content]));
  const all = new Set([...former.keys(), ...wanted.keys()]);
  return [...all].filter((path) => former.get(path) !== wanted.get(path)).sort();
}

const bundleForm = z
  .string()
  .transform((text, context): unknown => {
    try {
      return JSON.parse(unpackText(text) ?? "");
    } catch {
      context.addIssue("no JSON");
      return z.NEVER;
    }
  })
  .pipe(z.object({ files: z.array(z.object({ path: z.string(), content: z.string() })) }));

/** Files that a service reads when it starts, and at no reload: steps/40-database and steps/50-ejabberd restart it for these. */
const readAtStart = [
  {
    service: "ejabberd",
    paths: /^\/etc\/systemd\/system\/ejabberd\.service\.d\/.*\.conf$|^\/usr\/local\/lib\/imera\/ejabberd\/.*\.erl$/,
    users: "People are cut off for some seconds and come back by themselves; watchers give it a minute.",
  },
  {
    service: "PostgreSQL",
    paths: /^\/usr\/local\/lib\/imera\/postgresql\.conf$/,
    users: "Messages wait for some seconds; watchers give it a minute.",
  },
] as const;
