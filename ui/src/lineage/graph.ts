// The lineage graph: nodes, edges and the walks over them. What stays out: layout, drawing, loading.

export type NodeKind = "artifact" | "execution" | "stack";

/** One record, or a stack of equal siblings, as the graph shows it. */
export interface GraphNode {
  /** a12, e3, or the key of a stack. */
  readonly key: string;
  readonly kind: NodeKind;
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly version?: string | undefined;
  readonly state?: string | undefined;
  /** Milliseconds since epoch. */
  readonly created?: number | undefined;
  /** Milliseconds. */
  readonly duration?: number | undefined;
  readonly uri?: string | undefined;
  /** The metric of choice. */
  readonly figure?: { readonly name: string; readonly value: number } | undefined;
  /** The label of choice. */
  readonly label?: string | undefined;
  /** The commit of an execution or the digest of an artifact, where the reader asked for it. */
  readonly evidence?: string | undefined;
  /** Neighbours in the whole store, shown or not. */
  readonly upCount: number;
  readonly downCount: number;
  /** How many outputs of an execution were deleted; undefined where none was, or that is not known. */
  readonly deletedOutputs?: number | undefined;
  /** Why an execution did not complete. */
  readonly failure?: { readonly type: string | null; readonly message: string; readonly is_cut: boolean } | undefined;
  /** The aliases of an artifact, such as "production". */
  readonly aliases?: readonly string[] | undefined;
  /** Referred to by an event, but not in the store. */
  readonly ghost?: boolean | undefined;
  /** The merged versions. */
  readonly versions?: readonly GraphNode[] | undefined;
  /** A stack's members. */
  readonly members?: readonly GraphNode[] | undefined;
}

/** An event along the flow: from an input to an execution, from an execution to an output. */
export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  readonly type: string;
  readonly time?: number | undefined;
  readonly path?: string | undefined;
  /** How many nodes that are not drawn lie between. */
  readonly via?: number | undefined;
  /** How many edges this one stands for. */
  readonly count?: number | undefined;
}

export interface Graph {
  readonly nodes: ReadonlyMap<string, GraphNode>;
  readonly edges: readonly GraphEdge[];
}

export type Direction = "up" | "down";

/** The union of several graphs; of a node that is in two, the later one counts. */
export function mergeGraphs(graphs: readonly Graph[]): Graph {
  const nodes = new Map<string, GraphNode>();
  const edges = new Map<string, GraphEdge>();
  for (const graph of graphs) {
    for (const [key, node] of graph.nodes) nodes.set(key, withKnown(node, nodes.get(key)));
    for (const edge of graph.edges) edges.set(edgeKey(edge), edge);
  }
  return { nodes, edges: [...edges.values()] };
}

/** What only one of two answers tells of a node: a walk upstream says nothing of outputs that were deleted. */
function withKnown(node: GraphNode, before: GraphNode | undefined): GraphNode {
  const deletedOutputs = before?.deletedOutputs;
  return deletedOutputs && !node.deletedOutputs ? { ...node, deletedOutputs } : node;
}

export function edgeKey(edge: GraphEdge): string {
  return `${edge.from}>${edge.to}>${edge.type}>${edge.time ?? ""}>${edge.path ?? ""}`;
}

/** Neighbours of every node, one way. */
export function neighbours(graph: Graph, direction: Direction): Map<string, string[]> {
  const lists = new Map<string, string[]>([...graph.nodes.keys()].map((key) => [key, []]));
  for (const edge of graph.edges) {
    const [at, next] = direction === "down" ? [edge.from, edge.to] : [edge.to, edge.from];
    const list = lists.get(at);
    if (list && graph.nodes.has(next) && !list.includes(next)) list.push(next);
  }
  return lists;
}

/** Everything that can be reached from a node, with the number of steps; the node itself is 0. */
export function reach(
  lists: ReadonlyMap<string, readonly string[]>,
  start: string,
  most = Infinity,
): Map<string, number> {
  const steps = new Map<string, number>([[start, 0]]);
  let front = [start];
  for (let step = 1; front.length && step <= most; step += 1) {
    const next = new Set(front.flatMap((key) => lists.get(key) ?? []).filter((key) => !steps.has(key)));
    for (const key of next) steps.set(key, step);
    front = [...next];
  }
  return steps;
}

/** The node, its ancestors and its descendants: what selecting it keeps in colour. */
export function contextOf(graph: Graph, key: string): Set<string> {
  const up = reach(neighbours(graph, "up"), key);
  const down = reach(neighbours(graph, "down"), key);
  return new Set([...up.keys(), ...down.keys()]);
}

/** Signed distance of every node from the focus: −2 is two steps up; nodes beside the flow get the nearest side. */
export function hops(graph: Graph, focus: string): Map<string, number> {
  const hop = new Map<string, number>([...reach(neighbours(graph, "down"), focus)]);
  for (const [key, steps] of reach(neighbours(graph, "up"), focus)) if (steps > 0) hop.set(key, -steps);
  let grown = true;
  while (grown) {
    grown = false;
    for (const { from, to } of graph.edges) {
      const [start, end] = [hop.get(from), hop.get(to)];
      if (start === undefined && end !== undefined && graph.nodes.has(from)) hop.set(from, end - 1);
      else if (end === undefined && start !== undefined && graph.nodes.has(to)) hop.set(to, start + 1);
      else continue;
      grown = true;
    }
  }
  return hop;
}

/** The graph with only these nodes and the edges between them. */
export function restrict(graph: Graph, keep: (node: GraphNode) => boolean): Graph {
  const nodes = new Map([...graph.nodes].filter(([, node]) => keep(node)));
  return { nodes, edges: graph.edges.filter(({ from, to }) => nodes.has(from) && nodes.has(to)) };
}

/** Take nodes out, but keep what they link: a dashed edge says how many lie between. */
export function contract(graph: Graph, removed: ReadonlySet<string>): Graph {
  if (removed.size === 0) return graph;
  const down = outgoing(graph);
  const kept = restrict(graph, (node) => !removed.has(node.key));
  const links = new Map<string, GraphEdge>();
  for (const key of kept.nodes.keys()) {
    for (const edge of linksThrough(key, down, removed)) links.set(`${edge.from}>${edge.to}`, edge);
  }
  return { nodes: kept.nodes, edges: [...kept.edges, ...links.values()] };
}

function outgoing(graph: Graph): Map<string, GraphEdge[]> {
  const lists = new Map<string, GraphEdge[]>();
  for (const edge of graph.edges) {
    const list = lists.get(edge.from);
    if (list) list.push(edge);
    else lists.set(edge.from, [edge]);
  }
  return lists;
}

function linksThrough(
  start: string,
  down: ReadonlyMap<string, GraphEdge[]>,
  removed: ReadonlySet<string>,
): GraphEdge[] {
  const found: GraphEdge[] = [];
  const seen = new Set<string>();
  let front = (down.get(start) ?? []).filter(({ to }) => removed.has(to)).map(({ to, time }) => ({ key: to, time }));
  for (let via = 1; front.length; via += 1) {
    const next: typeof front = [];
    for (const { key, time } of front) {
      if (seen.has(key)) continue;
      seen.add(key);
      for (const edge of down.get(key) ?? []) {
        if (removed.has(edge.to)) next.push({ key: edge.to, time });
        else if (edge.to !== start) found.push({ from: start, to: edge.to, type: "VIA", via, time });
      }
    }
    front = next;
  }
  return found;
}

/** Edges between renamed nodes; edges that then fall together become one with a count. */
export function rename(edges: readonly GraphEdge[], names: ReadonlyMap<string, string>): GraphEdge[] {
  const merged = new Map<string, GraphEdge>();
  for (const edge of edges) {
    const [from, to] = [names.get(edge.from) ?? edge.from, names.get(edge.to) ?? edge.to];
    if (from === to) continue;
    const key = `${from}>${to}>${edge.type}`;
    const count = (merged.get(key)?.count ?? 0) + (edge.count ?? 1);
    merged.set(key, { ...edge, from, to, count });
  }
  return [...merged.values()];
}
