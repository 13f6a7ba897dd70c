// The same set as a table: hop, kind, name, state, via, time. Same selection, same address. Of thousands of rows only
// those in sight are in the document.

import { useVirtualizer } from "@tanstack/react-virtual";
import { memo, useEffect, useMemo, useRef } from "react";
import { Ago } from "../values/Ago";
import { typeName } from "../values/humanNames";
import { Name } from "../values/Name";
import { RecordIcon, StateBadge } from "../values/RecordIcon";
import { type Graph, type GraphNode, hops, neighbours } from "./graph";

interface TreeGridProps {
  readonly graph: Graph;
  readonly focus: string | undefined;
  readonly selected: string | undefined;
  readonly onSelect: (key: string) => void;
  readonly onOpen: (key: string) => void;
}

const ROW = 36;
const COLUMNS = { Hop: 56, Kind: 120, Name: undefined, Version: 116, State: 112, Via: 160, Time: 100 } as const;

export function TreeGrid({ graph, focus, selected, onSelect, onOpen }: TreeGridProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useMemo(() => rowsOf(graph, focus), [graph, focus]);
  const at = rows.findIndex(({ node }) => node.key === selected);
  const inSight = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 12,
  });
  // The selection of an address, or of the graph, is looked for in thousands of rows by nobody.
  useEffect(() => {
    if (at >= 0 && scroller.current) showRow(scroller.current, at);
  }, [at]);
  const press = (event: React.KeyboardEvent) => {
    if (event.key === "Enter" && selected) return onOpen(selected);
    const next = rows[stepFrom(at, event.key, rows.length)];
    if (!(event.key in STEPS) || !next) return;
    event.preventDefault();
    onSelect(next.node.key);
  };
  const items = inSight.getVirtualItems();
  return (
    <div className="treegrid" ref={scroller}>
      <table
        className="table"
        role="treegrid"
        aria-label="Lineage"
        aria-rowcount={rows.length + 1}
        tabIndex={0}
        onKeyDown={press}
        aria-activedescendant={items.some(({ index }) => index === at) ? `hop-${selected}` : undefined}
      >
        <Titles />
        <Gap height={items[0]?.start ?? 0} />
        <tbody>
          {items.map(({ index }) => (
            <TreeGridRow
              key={rows[index]?.node.key}
              row={rows[index] as TreeRow}
              index={index}
              isSelected={index === at}
              onSelect={onSelect}
              onOpen={onOpen}
            />
          ))}
        </tbody>
        <Gap height={inSight.getTotalSize() - (items.at(-1)?.end ?? 0)} />
      </table>
    </div>
  );
}

function Titles() {
  return (
    <>
      <colgroup>
        {Object.entries(COLUMNS).map(([title, width]) => (
          <col key={title} style={{ width }} />
        ))}
      </colgroup>
      <thead>
        <tr aria-rowindex={1}>
          {Object.keys(COLUMNS).map((title) => (
            <th key={title} scope="col">
              {title}
            </th>
          ))}
        </tr>
      </thead>
    </>
  );
}

/** Scroll as little as a row needs; the titles stay above it. */
function showRow(scroller: HTMLElement, at: number): void {
  const titles = scroller.querySelector("thead")?.offsetHeight ?? ROW;
  const lowest = at * ROW + ROW + titles - scroller.clientHeight;
  scroller.scrollTop = Math.max(lowest, Math.min(scroller.scrollTop, at * ROW));
}

const STEPS = { ArrowDown: 1, ArrowUp: -1, PageDown: 15, PageUp: -15, Home: -Infinity, End: Infinity };

function stepFrom(at: number, key: string, count: number): number {
  const to = at + (STEPS[key as keyof typeof STEPS] ?? 0);
  return Math.max(0, Math.min(count - 1, to));
}

/** The height of the rows that are out of sight. */
function Gap({ height }: { height: number }) {
  if (height <= 0) return null;
  return (
    <tbody aria-hidden>
      <tr>
        <td colSpan={7} className="treegrid-gap" style={{ height }} />
      </tr>
    </tbody>
  );
}

interface TreeGridRowProps {
  readonly row: TreeRow;
  readonly index: number;
  readonly isSelected: boolean;
  readonly onSelect: (key: string) => void;
  readonly onOpen: (key: string) => void;
}

const TreeGridRow = memo(({ row: { node, hop, via }, index, isSelected, onSelect, onOpen }: TreeGridRowProps) => {
  return (
    <tr
      id={`hop-${node.key}`}
      aria-level={Math.abs(hop) + 1}
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      style={{ height: ROW }}
      onClick={() => onSelect(node.key)}
      onDoubleClick={() => onOpen(node.key)}
    >
      <td className="number">{hop > 0 ? `+${hop}` : hop === 0 ? "0" : `−${-hop}`}</td>
      <td>
        <RecordIcon type={node.type} kind={node.kind} size={14} /> {typeName(node.type)}
      </td>
      <td>
        <Name name={node.name} fallback={node.key} most={48} />
      </td>
      <td>
        <Name name={node.version ?? ""} fallback="–" most={16} />
      </td>
      <td>
        <StateBadge state={node.state} />
      </td>
      <td className="muted" title={via}>
        {via}
      </td>
      <td>
        <Ago time={node.created} />
      </td>
    </tr>
  );
});

interface TreeRow {
  readonly node: GraphNode;
  readonly hop: number;
  readonly via: string;
}

/** From the farthest ancestor to the farthest descendant, by name within a hop. */
export function rowsOf(graph: Graph, focus: string | undefined): TreeRow[] {
  const start = focus && graph.nodes.has(focus) ? focus : [...graph.nodes.keys()][0];
  const hop = start ? hops(graph, start) : new Map<string, number>();
  const [up, down] = [neighbours(graph, "up"), neighbours(graph, "down")];
  const rows = [...graph.nodes.values()].map((node) => {
    const at = hop.get(node.key) ?? 0;
    const towards = (at > 0 ? up : down).get(node.key) ?? [];
    const via =
      at === 0
        ? ""
        : towards
            .map((key) => graph.nodes.get(key)?.name || key)
            .slice(0, 3)
            .join(", ");
    return { node, hop: at, via };
  });
  return rows.sort((left, right) => left.hop - right.hop || left.node.name.localeCompare(right.node.name, "en"));
}
