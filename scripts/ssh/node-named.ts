/**
 * Finds a node by its name or its full host name, whatever its case and with or without a dot at its end; the first where none is
 * named. Throws, with all names, where there is none.
 */
export function nodeNamed<Node extends { readonly name: string }>(
  name: string | undefined,
  nodes: readonly Node[],
): Node {
  const wanted = name?.toLowerCase().replace(/\.$/, "");
  const node =
    wanted === undefined ? nodes[0] : nodes.find((each) => each.name === wanted || labelOf(each.name) === wanted);
  if (node !== undefined) return node;
  throw new Error(
    `There is no node ${name ?? ""}. The network has: ${nodes.map((each) => labelOf(each.name)).join(", ")}`,
  );
}

function labelOf(hostName: string): string {
  return hostName.split(".")[0] ?? hostName;
}
