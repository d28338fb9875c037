/** The options `runtime.options` of Pulumi.yaml, with their defaults filled in. */
export interface RuntimeOptions {
  /** True: the SDK loads the program through ts-node. False: Node strips the types itself. */
  readonly typescript: boolean;
  /** Arguments for Node itself, before the script. */
  readonly nodeArguments: readonly string[];
  /** Path of the tsconfig file for ts-node. */
  readonly tsconfig: string | undefined;
}

/**
 * Reads `runtime.options` of Pulumi.yaml: `typescript` (default true), `nodeargs` (words between blanks), `tsconfig`, and
 * `packagemanager`, which concerns installing and has no effect here.
 *
 * @throws Error that names every option that is unknown or of the wrong type.
 */
export function readRuntimeOptions(options: Readonly<Record<string, unknown>> = {}): RuntimeOptions {
  const problems = Object.entries(options).flatMap(([name, value]) => problemOf(name, value));
  if (problems.length > 0) {
    throw new Error(
      `runtime.options in Pulumi.yaml, as far as the stand-in language host knows them:\n - ${problems.join("\n - ")}`,
    );
  }
  const { typescript, nodeargs, tsconfig } = options;
  return {
    typescript: typescript !== false,
    nodeArguments: typeof nodeargs === "string" ? nodeargs.split(/\s+/).filter((word) => word !== "") : [],
    tsconfig: typeof tsconfig === "string" ? tsconfig : undefined,
  };
}

const optionTypes = new Map([
  ["typescript", "boolean"],
  ["nodeargs", "string"],
  ["tsconfig", "string"],
  ["packagemanager", "string"],
]);

function problemOf(name: string, value: unknown): string[] {
  const expected = optionTypes.get(name);
  if (expected === undefined) return [`${name}: unknown; known are ${[...optionTypes.keys()].join(", ")}`];
  return typeof value === expected ? [] : [`${name}: must be a ${expected}, is a ${typeof value}`];
}
