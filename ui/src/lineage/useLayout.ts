// Positions for a graph, from the worker. The last positions stay until the next are there.

import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { LayoutTask, Positions } from "./boxes";
import type { Graph } from "./graph";
import { columnLayout } from "./layout";
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
      worker.terminate();
      known.current = { graph, positions, isRough, asked };
      setDone(known.current);
    };
    const worker = new Worker(new URL("./layout.worker.ts", import.meta.url), { type: "module" });
    const roughly = () => finish(columnLayout(task), true);
    const timer = setTimeout(roughly, PATIENCE);
    worker.onmessage = ({ data }: MessageEvent<Positions>) => {
      clearTimeout(timer);
      finish(data, false);
    };
    worker.onerror = roughly;
    worker.postMessage(task);
    stop.current = roughly;
    return () => {
      clearTimeout(timer);
      worker.terminate();
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
