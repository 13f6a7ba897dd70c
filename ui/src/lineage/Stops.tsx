// Where the walk through the lineage stopped before its end: how much is left out, and the way on.

import { Button } from "@mantine/core";
import { useRelativesCount } from "../api/details";
import type { Stop } from "../api/lineage";
import { joinList, type LineageSearch, splitList } from "../app/search";
import { count as counted, formatCount } from "../values/numbers";
import { type Direction, type Graph, hops } from "./graph";
import type { Change } from "./useActions";
import type { LineageState } from "./useLineage";
import { hiddenNeighbours, writeExpansion } from "./view";

interface StopsProps {
  readonly search: LineageSearch;
  readonly lineage: LineageState;
  readonly change: Change;
}

export function Stops({ search, lineage, change }: StopsProps) {
  return (
    <>
      {lineage.stops.map((stop) => (
        <StopLine
          key={`${stop.focus} ${stop.direction} ${stop.limit}`}
          stop={stop}
          search={search}
          onContinue={() => change(next(stop, search, lineage.graph.all))}
        />
      ))}
    </>
  );
}

interface StopLineProps {
  readonly stop: Stop;
  readonly search: LineageSearch;
  readonly onContinue: () => void;
}

function StopLine({ stop, search, onContinue }: StopLineProps) {
  // A time or a context leaves out relatives that are counted here.
  const isCounted = stop.isWhole && !search.since && !search.context;
  const { total, isExact } = useRelativesCount(stop.focus, stop.direction, search.asof, isCounted);
  const known = total === undefined ? undefined : { total, isExact };
  return (
    <span className="stop">
      <span>{stopped(stop, known)}</span>
      <Button onClick={onContinue}>{stop.isWhole ? "Continue" : "Show more"}</Button>
    </span>
  );
}

/** What is said of a stop: "Stopped here upstream after 24 generations and 5,000 nodes: 7,400 more are left out". */
export function stopped(stop: Stop, known?: { readonly total: number; readonly isExact: boolean }): string {
  const more = known ? known.total - stop.nodes : 0;
  const count = more > 0 ? `${known?.isExact ? "" : "more than "}${formatCount(more)}` : least(stop);
  if (!stop.isWhole) return `${count} more ${WORDS[stop.direction]} ${count === "1" ? "is" : "are"} not shown`;
  const reached = `${counted(stop.generations, "generation")} and ${counted(stop.nodes, "node")}`;
  return `Stopped here ${WORDS[stop.direction]} after ${reached}: ${count} more ${count === "1" ? "is" : "are"} left out`;
}

function least({ leftOut }: Stop): string {
  return leftOut > 0 ? `at least ${formatCount(leftOut)}` : "some";
}

const WORDS: Readonly<Record<Direction, string>> = { up: "upstream", down: "downstream" };
const MOST_STARTS = 12;

/** The address that goes on: more nodes in one answer, or from the farthest nodes that the answer reached. */
function next(stop: Stop, search: LineageSearch, graph: Graph): LineageSearch {
  if (stop.next !== undefined) return { most: String(stop.next) };
  const starts = farthest(graph, stop).map((key) => writeExpansion({ key, direction: stop.direction, all: true }));
  return { more: joinList(new Set([...splitList(search.more), ...starts])) };
}

function farthest(graph: Graph, { focus, direction }: Stop): string[] {
  const [hidden, distance] = [hiddenNeighbours(graph), hops(graph, focus)];
  const away = (key: string) => Math.abs(distance.get(key) ?? 0);
  return [...graph.nodes.keys()]
    .filter((key) => (hidden.get(key)?.[direction] ?? 0) > 0)
    .sort((left, right) => away(right) - away(left))
    .slice(0, MOST_STARTS);
}
