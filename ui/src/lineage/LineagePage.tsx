// The lineage explorer: the address says what is loaded, shown and selected; everything here changes the address.

import { Button } from "@mantine/core";
import { useSearch } from "@tanstack/react-router";
import { ReactFlowProvider } from "@xyflow/react";
import { useMemo } from "react";
import "./lineage.css";
import { joinList, type LineageSearch, splitList } from "../app/search";
import { useTitle } from "../app/useTitle";
import { useViewed } from "../app/viewed";
import { Empty, Failed, Loading } from "../state/States";
import { count } from "../values/numbers";
import { Changed } from "./Changed";
import { Chips } from "./Chips";
import { ExportMenu } from "./ExportMenu";
import { Find } from "./Find";
import { GraphCanvas } from "./GraphCanvas";
import { contextOf } from "./graph";
import { Side } from "./Side";
import { Start } from "./Start";
import { Toolbar } from "./Toolbar";
import { TreeGrid } from "./TreeGrid";
import { type Actions, type Change, useActions, useChange } from "./useActions";
import { type LayoutState, useLayout } from "./useLayout";
import { useLineage } from "./useLineage";
import { drawnKey, stampOf } from "./view";

const TABLE_FROM = 2000;

export default function LineagePage() {
  const search = useSearch({ strict: false }) as LineageSearch;
  if (!search.focus && !search.context) return <Start />;
  return (
    <ReactFlowProvider>
      <Explorer search={search} />
    </ReactFlowProvider>
  );
}

function Explorer({ search }: { search: LineageSearch }) {
  const change = useChange();
  const lineage = useLineage(search);
  const { graph } = lineage;
  const layout = useLayout(graph);
  const selected = drawnKey(graph, search.sel);
  const actions = useActions(search, change, selected);
  const focus = graph.all.nodes.get(search.focus ?? "");
  const title = focus?.name || search.focus || "a context";
  useTitle(`Lineage of ${title}`);
  useViewed(focus);
  if (lineage.error && graph.nodes.size === 0) return <Failed error={lineage.error} retry={lineage.retry} />;
  const node = selected ? graph.nodes.get(selected) : undefined;
  return (
    <div className="lineage">
      <Toolbar search={search} focus={focus} change={change} onFit={() => actions.fit.current?.()}>
        <Changed shown={`${search.focus} ${search.up} ${search.down} ${search.more}`} />
        {search.focus && (
          <Find focus={search.focus} onFound={(key) => change({ path: `${search.focus},${key}`, sel: key })} />
        )}
        <ExportMenu graph={graph} positions={layout.positions} title={title} focus={search.focus} />
      </Toolbar>
      <Chips search={search} lineage={lineage} change={change} />
      <View {...{ search, lineage, layout, selected, actions, change }} />
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

interface ViewProps {
  readonly search: LineageSearch;
  readonly lineage: ReturnType<typeof useLineage>;
  readonly layout: LayoutState;
  readonly selected: string | undefined;
  readonly actions: Actions;
  readonly change: Change;
}

/** The graph or its table, and what is to be said of it. */
function View({ search, lineage, layout, selected, actions, change }: ViewProps) {
  const { graph } = lineage;
  const isTable = search.view === "table";
  const lit = useMemo(
    () => (selected && graph.nodes.has(selected) && !search.path ? contextOf(graph, selected) : undefined),
    [graph, selected, search.path],
  );
  return (
    <div className="lineage-view">
      {isTable ? (
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
          isLoading={lineage.isLoading}
          stamp={stampOf(search)}
          focus={drawnKey(graph, search.focus)}
          selected={selected}
          lit={lit}
          way={lineage.way}
          anchor={actions.anchor.current}
          actions={actions}
        />
      )}
      {!lineage.isLoading && graph.all.nodes.size === 0 && <Nothing />}
      <Waiting isLoading={lineage.isLoading} isWorking={layout.isWorking && !isTable} onCancel={layout.cancel} />
      {graph.nodes.size > TABLE_FROM && !isTable && (
        <TableOffered nodes={graph.nodes.size} onTable={() => change({ view: "table" })} />
      )}
    </div>
  );
}

function TableOffered({ nodes, onTable }: { nodes: number; onTable: () => void }) {
  return (
    <div className="graph-wait">
      <div>
        {count(nodes, "node")} are easier to read as a table.
        <Button onClick={onTable}>Table</Button>
      </div>
    </div>
  );
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
