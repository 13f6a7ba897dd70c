// How a node looks by its kind, type and state: size, colour name, mark. Never colour alone.

import type { Positions } from "./boxes";
import type { Graph, GraphNode } from "./graph";

export const ARTIFACT_SIZE = { width: 216, height: 64 } as const;
export const EXECUTION_SIZE = { width: 216, height: 56 } as const;

export function sizeOf(node: GraphNode): { readonly width: number; readonly height: number } {
  return node.kind === "execution" ? EXECUTION_SIZE : ARTIFACT_SIZE;
}

export type Family = "model" | "data" | "metric" | "execution" | "other";

/** The family of a type by its name: what colour and icon a record gets. The server has the same words (catalogue/headline.py). */
export function familyOf(type: string, kind: string): Family {
  if (kind === "execution") return "execution";
  const words = wordsOf(type);
  if (/metric|evaluat|slicing|confusion|report|\bloads?\b/.test(words)) return "metric";
  if (/model|encoder|checkpoint/.test(words)) return "model";
  if (/data|example|statistic|schema|\bcsv|\btables?\b|feature/.test(words)) return "data";
  return "other";
}

/** The words of a type's name in lower case: "CSVTable" and "csv_table" are "csv table". */
function wordsOf(type: string): string {
  const apart = type.replace(/[a-z0-9](?=[A-Z])|[A-Z](?=[A-Z][a-z])/g, "$& ");
  return apart.replace(/[^A-Za-z0-9]+/g, " ").toLowerCase();
}

/** The name of the colour in tokens.css. */
export function colourOf(node: GraphNode): string {
  const kind = node.kind === "stack" ? (node.members?.[0]?.kind ?? "artifact") : node.kind;
  const family = familyOf(node.type, kind);
  return family === "other" ? "muted" : family;
}

const MARKS: Readonly<Record<string, string>> = {
  COMPLETE: "✓",
  FAILED: "✗",
  RUNNING: "▶",
  CACHED: "⤓",
  CANCELED: "⊘",
  NEW: "○",
};

export function stateMark(state: string | undefined): string {
  return MARKS[state ?? ""] ?? "·";
}

/** Why an execution failed, in a word or as far as there is room. */
export function reasonOf({ failure }: GraphNode): string | undefined {
  return failure?.type || failure?.message || undefined;
}

const SHORT = 8;

/** The beginning of a commit or digest, as people compare it: 86cd6f07. Nothing where the version says it already. */
export function shortEvidence({ evidence, version = "" }: GraphNode): string | undefined {
  const short = evidence?.replace(/^[a-z0-9]+:/, "").slice(0, SHORT);
  return short && version.startsWith(short) ? undefined : short;
}

/** A commit or digest as a whole, with what it is. */
export function wholeEvidence({ evidence, kind }: GraphNode): string | undefined {
  return evidence && `${kind === "execution" ? "commit" : "digest"} ${evidence}`;
}

/** The rectangle around all nodes that have a position. */
export function boundsOf(graph: Graph, positions: Positions): { x: number; y: number; width: number; height: number } {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const node of graph.nodes.values()) {
    const position = positions[node.key];
    if (!position) continue;
    const { width, height } = sizeOf(node);
    left = Math.min(left, position[0]);
    top = Math.min(top, position[1]);
    right = Math.max(right, position[0] + width);
    bottom = Math.max(bottom, position[1] + height);
  }
  return left === Infinity
    ? { x: 0, y: 0, width: 1, height: 1 }
    : { x: left, y: top, width: right - left, height: bottom - top };
}
