/** Command of `npm run local`, and its arguments. */
export interface LocalArguments {
  readonly command: string;
  readonly rest: readonly string[];
}

/**
 * Finds the command among the arguments of `npm run local`: options may stand before it, and `up` is meant where there is none.
 */
export function localArguments(typed: readonly string[]): LocalArguments {
  if (["--help", "-h"].includes(typed[0] ?? "")) return { command: "--help", rest: [] };
  const place = typed.findIndex((word, index) => !word.startsWith("-") && typed[index - 1] !== "--run");
  if (place === -1) return { command: "up", rest: typed };
  return { command: typed[place] ?? "up", rest: typed.toSpliced(place, 1) };
}
