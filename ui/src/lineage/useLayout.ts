// Positions for a graph, from the worker. The last positions stay until the next are there.

import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { LayoutTask, Positions } from "./boxes";
import type { Graph } from "./graph";
import { columnLayout } from "./layout";
import { askForLayout } from "./layoutWorker";
import { sizeOf } from "./looks";

export interface LayoutState {
  readonly positions: Positions;
  /** The graph that the positions are for. */
  readonly graph: Graph | undefined;
  readonly isWorking: boolean;
  /** Layers took too long: columns by depth instead. */
  readonly isRough: boolean;
  readonly cancel: () => void;
}

const PATIENCE = 5000;

type Done = Pick<LayoutState, "positions" | "isRough"> & { readonly graph?: Graph; readonly asked: string };

export function useLayout(graph: Graph): LayoutState {
  const [done, setDone] = useState<Done>({ positions: {}, isRough: false, asked: "" });
  // A graph that only tells more of the same nodes needs no other layout.
  const known = useRef(done);
  const stop = useRef<() => void>(() => undefined);
  const task = useMemo(() => taskOf(graph), [graph]);
  useEffect(() => {
    if (task.boxes.length === 0) return;
    const asked = JSON.stringify(task);
    if (asked === known.current.asked) return setDone({ ...known.current, graph });
    const finish = (positions: Positions, isRough: boolean) => {
      clearTimeout(timer);
      known.current = { graph, positions, isRough, asked };
      setDone(known.current);
    };
    const roughly = () => finish(columnLayout(task), true);
    const running = askForLayout(task, (positions) => finish(positions, false), roughly);
    stop.current = () => {
      running.stop();
      roughly();
    };
    const timer = setTimeout(stop.current, PATIENCE);
    return () => {
      clearTimeout(timer);
      running.forget();
    };
  }, [graph, task]);
  const cancel = useCallback(() => stop.current(), []);
  return { ...done, graph: done.graph, isWorking: done.graph !== graph && graph.nodes.size > 0, cancel };
}

function taskOf(graph: Graph): LayoutTask {
  const boxes = [...graph.nodes.values()].map((node) => ({ key: node.key, ...sizeOf(node) }));
  const links = new Set(graph.edges.map(({ from, to }) => `${from} ${to}`));
  return { boxes, links: [...links].map((link) => link.split(" ") as [string, string]) };
}
