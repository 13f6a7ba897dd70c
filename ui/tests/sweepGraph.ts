// A graph of 441 nodes as a long sweep leaves it: versions of nine names over 55 generations. The first data
// set is read only by the last execution, a hundred columns later; every training reads the model before it.

import type { Graph, GraphEdge, GraphNode } from "../src/lineage/graph";

const WORDS = ["steady", "quiet", "bright", "narrow", "plain", "sudden"];

/** @param size how many nodes; 441 by default. */
export function sweepGraph(size = 441): Graph {
  const nodes = new Map<string, GraphNode>();
  const edges: GraphEdge[] = [];
  const add = (key: string, type: string, name: string, version?: string) => {
    if (nodes.size >= size) return;
    const kind = key.startsWith("e") ? "execution" : "artifact";
    const created = 1_700_000_000_000 + nodes.size * 60_000;
    const id = key.slice(1);
    nodes.set(key, { key, kind, id, name, type, version, created, upCount: 0, downCount: 0, state: "COMPLETE" });
  };
  const link = (from: string, to: string) => {
    if (nodes.has(from) && nodes.has(to)) edges.push({ from, to, type: from.startsWith("a") ? "INPUT" : "OUTPUT" });
  };
  add("a1", "data_set", "bakery/reference", "v1");
  for (let at = 0; nodes.size < size; at += 1) {
    const base = 10 * (at + 1);
    const [raw, features, model, metrics] = [`a${base}`, `a${base + 1}`, `a${base + 2}`, `a${base + 3}`];
    const [prepare, train, evaluate] = [`e${base}`, `e${base + 1}`, `e${base + 2}`];
    const trial = `trial-${String(at).padStart(3, "0")}-${WORDS[at % WORDS.length]}-thought-useful`;
    add(raw, "data_set", "bakery/sales", `v${at + 1}`);
    add(prepare, "prepare", "prepare");
    add(features, "data_set", "bakery/features", `v${at + 1}`);
    add(train, "train", `resnet-sweep/${trial}`);
    add(model, "model", "bakery/resnet", `v${at + 1}`);
    add(evaluate, "evaluate", "evaluate");
    add(metrics, "metrics", "bakery/evaluation", `v${at + 1}`);
    add(`a${base + 4}`, "report", "bakery/report", `v${at + 1}`);
    link(raw, prepare);
    link(prepare, features);
    link(features, train);
    link(`a${base - 8}`, train);
    link(train, model);
    link(model, evaluate);
    link(evaluate, metrics);
    link(evaluate, `a${base + 4}`);
  }
  const last = [...nodes.keys()].filter((key) => key.startsWith("e")).at(-1) as string;
  link("a1", last);
  return { nodes, edges };
}
