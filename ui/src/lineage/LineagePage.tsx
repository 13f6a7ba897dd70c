// The lineage explorer: the address says what is loaded, shown and selected; everything here changes the address.

import { Button } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { ReactFlowProvider } from "@xyflow/react";
import { useCallback, useMemo, useRef } from "react";
import "./lineage.css";
import { joinList, type LineageSearch, splitList } from "../app/search";
import { useTitle } from "../app/useTitle";
import { Empty, Failed, Loading } from "../state/States";
import { formatCount } from "../values/numbers";
import { Changed } from "./Changed";
import { Chips } from "./Chips";
import { ExportMenu } from "./ExportMenu";
import { Find } from "./Find";
import { GraphCanvas } from "./GraphCanvas";
import { contextOf, type Direction } from "./graph";
import { Side } from "./Side";
import { Toolbar } from "./Toolbar";
import { TreeGrid } from "./TreeGrid";
import { useLayout } from "./useLayout";
import { useLineage } from "./useLineage";
import { drawnKey, readExpansions, writeExpansion } from "./view";

const TABLE_FROM = 2000;

export default function LineagePage() {
  return (
    <ReactFlowProvider>
      <Explorer />
    </ReactFlowProvider>
  );
}

function Explorer() {
  const search = useSearch({ strict: false }) as LineageSearch;
  const navigate = useNavigate();
  const change = useCallback(
    (changes: LineageSearch, replace = false) =>
      void navigate({
        to: "/lineage",
        search: (old) => ({ ...old, ...changes }) as LineageSearch,
        replace,
        resetScroll: false,
      }),
    [navigate],
  );
  const lineage = useLineage(search);
  const { graph } = lineage;
  const layout = useLayout(graph);
  const selected = drawnKey(graph, search.sel);
  const lit = useMemo(
    () => (selected && graph.nodes.has(selected) && !search.path ? contextOf(graph, selected) : undefined),
    [graph, selected, search.path],
  );
  const actions = useActions(search, change, selected);
  const focus = graph.all.nodes.get(search.focus ?? "");
  const title = focus?.name || search.focus || "a context";
  useTitle(`Lineage of ${title}`);
  if (!search.focus && !search.context) return <Start />;
  if (lineage.error && graph.nodes.size === 0) return <Failed error={lineage.error} retry={lineage.retry} />;
  const node = selected ? graph.nodes.get(selected) : undefined;
  return (
    <div className="lineage">
      <Toolbar search={search} focus={focus} change={change}>
        <Changed shown={`${search.focus} ${search.up} ${search.down} ${search.more}`} />
        {search.focus && (
          <Find focus={search.focus} onFound={(key) => change({ path: `${search.focus},${key}`, sel: key })} />
        )}
        <ExportMenu graph={graph} positions={layout.positions} title={title} focus={search.focus} />
      </Toolbar>
      <Chips search={search} lineage={lineage} change={change} />
      <div className="lineage-view">
        {search.view === "table" ? (
          <TreeGrid
            graph={graph}
            focus={search.focus}
            selected={selected}
            onSelect={actions.select}
            onOpen={actions.open}
          />
        ) : (
          <GraphCanvas
            graph={graph}
            layout={layout}
            expansions={search.more}
            focus={search.focus}
            selected={selected}
            lit={lit}
            way={lineage.way}
            anchor={actions.anchor.current}
            actions={actions}
          />
        )}
        {!lineage.isLoading && graph.all.nodes.size === 0 && <Nothing />}
        <Waiting
          isLoading={lineage.isLoading}
          isWorking={layout.isWorking && search.view !== "table"}
          onCancel={layout.cancel}
        />
        {graph.nodes.size > TABLE_FROM && search.view !== "table" && (
          <div className="graph-wait">
            <div>
              {formatCount(graph.nodes.size)} nodes are easier to read as a table.
              <Button onClick={() => change({ view: "table" })}>Table</Button>
            </div>
          </div>
        )}
      </div>
      {node && (
        <Side
          node={node}
          onClose={() => actions.select(undefined)}
          onPull={(key) => change({ apart: joinList([...splitList(search.apart), key]), sel: key })}
          onFocus={actions.focus}
          onIsolate={() => actions.press("i")}
          onHide={() => actions.press("h")}
        />
      )}
    </div>
  );
}

function useActions(
  search: LineageSearch,
  change: (changes: LineageSearch, replace?: boolean) => void,
  selected?: string,
) {
  const anchor = useRef<string | undefined>(search.focus);
  return useMemo(() => {
    const expand = (key: string, direction: Direction, all: boolean) => {
      anchor.current = key;
      change({ more: joinList([...splitList(search.more), writeExpansion({ key, direction, all })]) });
    };
    const fold = (key: string, direction: Direction) => {
      anchor.current = key;
      const kept = readExpansions(search.more).filter((item) => item.key !== key || item.direction !== direction);
      change({ more: joinList(kept.map(writeExpansion)) });
    };
    const select = (key: string | undefined) => change({ sel: key }, true);
    const focus = (key: string) =>
      key.startsWith("s")
        ? select(key)
        : change({ focus: key, sel: key, more: undefined, path: undefined, only: undefined, show: undefined });
    const path = (key: string, from = selected ?? search.focus) => {
      if (from && from !== key) change({ path: `${from},${key}`, way: undefined });
    };
    const way = (step: number) => change({ way: String(Math.max(0, Number(search.way ?? 0) + step)) }, true);
    const press = (key: string): boolean => {
      const at = selected ?? search.focus;
      const commands: Record<string, () => void> = {
        e: () => at && expandBoth(at),
        r: () => at && change({ more: joinList(splitList(search.more).filter((item) => !item.startsWith(at))) }),
        i: () => change({ only: at }),
        h: () => selected && change({ hide: joinList([...splitList(search.hide), selected]), sel: undefined }),
        n: () => way(1),
        p: () => way(-1),
        t: () => change({ view: search.view === "table" ? undefined : "table" }),
        Escape: () => change(search.path ? { path: undefined, way: undefined } : { sel: undefined }),
      };
      commands[key]?.();
      return commands[key] !== undefined;
    };
    const expandBoth = (key: string) => {
      anchor.current = key;
      const both = [`${key}u`, `${key}d`];
      change({ more: joinList(new Set([...splitList(search.more), ...both])) });
    };
    const open = (key: string) => {
      select(key);
      requestAnimationFrame(() => document.querySelector<HTMLElement>(".lineage-side a, .lineage-side input")?.focus());
    };
    return { anchor, expand, fold, select, focus, path, press, open };
  }, [search, change, selected]);
}

interface WaitingProps {
  readonly isLoading: boolean;
  readonly isWorking: boolean;
  readonly onCancel: () => void;
}

function Waiting({ isLoading, isWorking, onCancel }: WaitingProps) {
  if (isLoading) return <Loading rows={5} label="Loading the lineage" />;
  if (!isWorking) return null;
  return (
    <div className="graph-wait" role="status">
      <div className="late">
        Laying out …<Button onClick={onCancel}>Show at once, roughly</Button>
      </div>
    </div>
  );
}

function Nothing() {
  return (
    <div className="graph-nothing">
      <Empty title="Nothing to draw">
        <p>No execution is recorded here that read or wrote anything, or all of that came after the time chosen.</p>
      </Empty>
    </div>
  );
}

function Start() {
  return (
    <Empty title="Lineage of what?">
      <p>
        Open an artifact or execution and choose <em>Lineage</em>, or press <kbd>/</kbd> and type its name, id or uri.
        In a list, <kbd>g</kbd> opens the graph of the row.
      </p>
    </Empty>
  );
}
