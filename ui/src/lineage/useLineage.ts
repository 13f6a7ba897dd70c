// Loads what the address of the lineage page asks for: the opening, every expansion, the ends of a path.

import { useQueries, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { ALL, commonOf, type LineageAsk, limitOf, openingOf, WHOLE_LIMIT } from "../api/asks";
import { api, dataOf } from "../api/client";
import { fetchNode } from "../api/details";
import { graphOf, type LoadedGraph, lineageQuery, pathQuery, type Stop } from "../api/lineage";
import { fetchPage } from "../api/listing";
import { fetchRun } from "../api/runs";
import { joinList, type LineageSearch, splitList } from "../app/search";
import { restrict } from "./graph";
import { familyOf } from "./looks";
import { relatedWords } from "./related";
import { type DrawnGraph, drawnGraph, readExpansions, stampOf } from "./view";

export interface PathState {
  readonly from: string;
  readonly to: string;
  readonly ways: readonly (readonly string[])[];
  /** Without a way: what both ends came from, in words with the ends. */
  readonly related: string;
  /** What stopped the search for paths before its end, in sentences. */
  readonly cuts: readonly string[];
  readonly isLoading: boolean;
}

export interface LineageState {
  readonly graph: DrawnGraph;
  /** Where the walks stopped before their end. */
  readonly stops: readonly Stop[];
  /** What else is left out, in sentences. */
  readonly cuts: readonly string[];
  /** The metric that stands for the models, where it is chosen: metric.auc */
  readonly headline: string | undefined;
  readonly isLoading: boolean;
  readonly error: unknown;
  readonly retry: () => void;
  readonly path: PathState | undefined;
  /** The nodes of the path that is shown now. */
  readonly way: readonly string[];
}

export function useLineage(search: LineageSearch): LineageState {
  const members = useContextMembers(search);
  const headline = useHeadline(search);
  const asks = useAsks(search, members.keys, headline.column);
  const loads = useQueries({ queries: asks.map(lineageQuery), combine });
  const path = usePath(search);
  const stamp = stampOf(search);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the stamp stands for what of the search decides what is drawn
  const graph = useMemo(
    () => drawnGraph([...loads.graphs, ...(path ? [path.graph] : [])], search, path?.way ?? []),
    [loads.graphs, stamp, search.figure, path],
  );
  return {
    ...loads,
    isLoading: loads.isLoading || members.isLoading || headline.isLoading,
    headline: headline.column,
    error: members.error ?? loads.error,
    retry: () => (members.error ? void members.refetch() : loads.retry()),
    graph,
    path: path?.state,
    way: path?.way ?? [],
  };
}

interface LoadState {
  readonly data: LoadedGraph | undefined;
  readonly error: unknown;
  readonly isPending: boolean;
  readonly refetch: () => unknown;
}

function combine(loads: readonly LoadState[]) {
  const graphs = loads.flatMap(({ data }) => (data ? [data] : []));
  return {
    graphs,
    stops: graphs.flatMap(({ stops }) => stops),
    cuts: [...new Set(graphs.flatMap(({ cuts }) => cuts))],
    isLoading: loads.some(({ isPending }) => isPending),
    error: loads.find(({ error }) => error)?.error,
    retry: () => void loads.map(({ refetch }) => refetch()),
  };
}

/** What to ask the server: first the opening, then one request an expansion, so that folding one undoes just that. */
function useAsks(search: LineageSearch, context: readonly string[], headline: string | undefined): LineageAsk[] {
  const { focus, up, down, more, most, show, asof, since, context: inside, figure, events } = search;
  const stamp = JSON.stringify([focus, up, down, more, most, show, asof, since, inside, figure, events, headline]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the stamp stands for the parts of the search that are asked for
  return useMemo(() => {
    const common = commonOf(
      headline ? { ...search, figure: joinList([headline, ...splitList(search.figure)]) } : search,
    );
    const focuses = [...new Set([...(search.focus ? [search.focus] : context), ...splitList(search.show)])];
    const openings = focuses.map((focus) => ({ ...openingOf(focus, search), ...common }));
    const expansions = readExpansions(search.more).map(({ key, direction, all }) => ({
      ...common,
      focus: key,
      up: direction === "up" ? (all ? ALL : 1) : 0,
      down: direction === "down" ? (all ? ALL : 1) : 0,
      limit: limitOf(search, all ? WHOLE_LIMIT : 1000),
    }));
    return [...openings, ...expansions];
  }, [stamp, context]);
}

/** The metric that stands for models like the focus, where the nodes are to show it. */
function useHeadline({ figure, focus }: LineageSearch) {
  const isAsked = splitList(figure).includes("headline");
  const found = useQuery({
    queryKey: ["lineage-headline", focus],
    queryFn: () => fetchHeadline(focus ?? ""),
    enabled: isAsked,
    staleTime: 300_000,
  });
  const name = isAsked ? found.data : undefined;
  return { column: name ? `metric.${name}` : undefined, isLoading: isAsked && found.isPending };
}

async function fetchHeadline(focus: string): Promise<string | null> {
  const node = focus.startsWith("a") ? await fetchNode("artifacts", focus.slice(1)) : undefined;
  const isModel = node && familyOf(node.type, "artifact") === "model";
  const q = isModel ? `type=${JSON.stringify(node.type)}` : "type:model";
  const query = { q, columns: "headline", limit: 1 };
  return (await dataOf(api.GET("/api/v1/artifacts", { params: { query } }))).headline;
}

const NONE: readonly string[] = [];
const MOST_STARTS = 12;

/** Of a context or run without a focus: its newest executions, from which everything in it can be reached. */
function useContextMembers(search: LineageSearch) {
  const inside = search.focus ? undefined : search.context;
  const members = useQuery({
    queryKey: ["starts", inside],
    queryFn: () => fetchMembers(inside ?? ""),
    enabled: inside !== undefined,
  });
  const keys = useMemo(() => members.data?.rows.slice(0, MOST_STARTS).map(({ key }) => key) ?? NONE, [members.data]);
  return { keys, isLoading: members.isLoading, error: members.error, refetch: members.refetch };
}

async function fetchMembers(inside: string) {
  const id = inside.slice(1);
  const run = inside.startsWith("r") ? await fetchRun(id) : undefined;
  const context = run ? (run.context_id ?? undefined) : id;
  const listing = { kind: "executions", query: undefined, sort: "-created" } as const;
  return fetchPage({ ...listing, filter: context ? "" : (run?.search ?? ""), context }, "");
}

/** The ways from A to B, loaded or not; without one, how the nearest common ancestor leads to both. */
function usePath(search: LineageSearch) {
  const [first, second] = splitList(search.path);
  const found = useQuery(pathQuery(first, second));
  return useMemo(() => {
    if (!first || !second) return undefined;
    const { paths = [], ancestors = [], nodes = [], edges = [], cuts = [] } = found.data ?? {};
    const said = [...new Set(cuts.map(({ message }) => message))];
    const related = relatedWords(nodes, [first, second], ancestors);
    const state = { from: first, to: second, related, ways: paths, cuts: said, isLoading: found.isPending };
    const way = paths[Number(search.way ?? 0) % Math.max(1, paths.length)] ?? nodes.map(({ key }) => key);
    const keys = new Set(way);
    return { state, way, graph: restrict(graphOf({ nodes, edges }), ({ key }) => keys.has(key)) };
  }, [first, second, found.data, found.isPending, search.way]);
}
