// How two records are related that no path connects: what both came from, in a sentence.

import { titleOf } from "../api/shapes";

interface Named {
  readonly key: string;
  readonly kind: string;
  readonly id: string;
  readonly name: string | null;
  readonly uri?: string | null;
  readonly version?: string | null;
}

const MOST_NAMED = 3;

/**
 * "wine 1 and wine 2 were both made from orders 7 and rates 3".
 *
 * @param nodes the records around, with both ends if they are known.
 * @param ends their keys.
 * @param ancestors the nearest records that both came from.
 */
export function relatedWords(
  nodes: readonly Named[],
  ends: readonly [string, string],
  ancestors: readonly Named[],
): string {
  const known = ends.map((key) => nodes.find((node) => node.key === key));
  const [one, other] = ends.map((key, at) => (known[at] ? nameOf(known[at]) : key));
  if (ancestors.length === 0) return `${one} and ${other}: no path, and they have no ancestor in common`;
  const areMade = known.every((node) => node?.kind === "artifact");
  const by = ancestors.every(({ kind }) => kind === "execution") ? "by" : "from";
  return `${one} and ${other} ${areMade ? `were both made ${by}` : "both come from"} ${listed(ancestors)}`;
}

/** The first three, and how many others there are. */
function listed(ancestors: readonly Named[]): string {
  const named = ancestors.slice(0, MOST_NAMED).map(nameOf);
  const rest = ancestors.length - named.length;
  const words = rest > 0 ? [...named, `${rest} more`] : named;
  const last = words.pop() ?? "";
  return words.length > 0 ? `${words.join(", ")} and ${last}` : last;
}

/** The name and version of a record. An execution also shows its key, because several have one name. */
function nameOf(node: Named): string {
  return `${titleOf(node)} ${node.version ?? (node.kind === "execution" ? node.key : "")}`.trim();
}
