// Who reaches whom over any number of edges, of a graph that is small.

/** Warshall's. Everybody reaches itself. */
export function closure<Node>(
  nodes: readonly Node[],
  isEdge: (from: Node, to: Node) => boolean,
): (from: Node, to: Node) => boolean {
  const reach = nodes.map((from) => nodes.map((to) => from === to || isEdge(from, to)));
  for (const [via] of nodes.entries()) {
    for (const row of reach) {
      if (!row[via]) continue;
      for (const [to] of nodes.entries()) row[to] ||= reach[via]?.[to] ?? false;
    }
  }
  return (from, to) => reach[nodes.indexOf(from)]?.[nodes.indexOf(to)] ?? false;
}
