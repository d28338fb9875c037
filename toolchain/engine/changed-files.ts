import { z } from "zod";
import { unpackText } from "../../host/packed-text.ts";

const file = z.looseObject({ path: z.string() });
const bundle = z.object({ files: z.array(file) });

/**
 * Says which files differ in two bundles of files for a node, a line each, without their text. Undefined where the values are no
 * bundles. At most ten are named.
 */
export function changedFiles(from: unknown, to: unknown): string[] | undefined {
  const [before, after] = [filesOf(from), filesOf(to)];
  if (before === undefined || after === undefined) return undefined;
  const changes = [...new Set([...before.keys(), ...after.keys()])].flatMap((path) => {
    if (before.get(path) === after.get(path)) return [];
    const does = !before.has(path) ? "new file" : after.has(path) ? "file" : "file goes:";
    return [`${does} ${path}`];
  });
  return changes.length > mostShown
    ? [...changes.slice(0, mostShown), `and ${changes.length - mostShown} files more`]
    : changes;
}

const mostShown = 10;

function filesOf(value: unknown): ReadonlyMap<string, string> | undefined {
  const text = typeof value === "string" ? unpackText(value) : undefined;
  if (text?.startsWith("{") !== true) return undefined;
  try {
    const { files } = bundle.parse(JSON.parse(text));
    return new Map(files.map((each) => [each.path, JSON.stringify(each)]));
  } catch {
    return undefined;
  }
}
