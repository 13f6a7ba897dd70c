// The same set as a table: hop, kind, name, state, via, time. Same selection, same address.

import { useMemo } from "react";
import { Ago } from "../values/Ago";
import { Name } from "../values/Name";
import { shortType } from "../values/names";
import { RecordIcon, StateBadge } from "../values/RecordIcon";
import { type Graph, type GraphNode, hops, neighbours } from "./graph";

interface TreeGridProps {
  readonly graph: Graph;
  readonly focus: string | undefined;
  readonly selected: string | undefined;
  readonly onSelect: (key: string) => void;
  readonly onOpen: (key: string) => void;
}

export function TreeGrid({ graph, focus, selected, onSelect, onOpen }: TreeGridProps) {
  const rows = useMemo(() => rowsOf(graph, focus), [graph, focus]);
  const press = (event: React.KeyboardEvent) => {
    const at = rows.findIndex(({ node }) => node.key === selected);
    if (event.key === "Enter" && selected) return onOpen(selected);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = rows[Math.max(0, Math.min(rows.length - 1, at + step))];
    if (next) onSelect(next.node.key);
    document.getElementById(`hop-${next?.node.key}`)?.scrollIntoView({ block: "nearest" });
  };
  return (
    <div className="treegrid">
      <table
        className="table"
        role="treegrid"
        aria-label="Lineage"
        tabIndex={0}
        onKeyDown={press}
        aria-activedescendant={selected ? `hop-${selected}` : undefined}
      >
        <thead>
          <tr>
            {["Hop", "Kind", "Name", "Version", "State", "Via", "Time"].map((title) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ node, hop, via }) => (
            <tr
              key={node.key}
              id={`hop-${node.key}`}
              aria-level={Math.abs(hop) + 1}
              aria-selected={node.key === selected}
              onClick={() => onSelect(node.key)}
              onDoubleClick={() => onOpen(node.key)}
            >
              <td className="number">{hop > 0 ? `+${hop}` : hop === 0 ? "0" : `−${-hop}`}</td>
              <td>
                <RecordIcon type={node.type} kind={node.kind} size={14} /> {shortType(node.type)}
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
              <td className="muted">{via}</td>
              <td>
                <Ago time={node.created} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

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
