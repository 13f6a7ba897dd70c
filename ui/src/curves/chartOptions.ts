// What uPlot is asked for: the frame, the axes and the choice of a part. The lines are drawn by paint.ts.

import type UPlot from "uplot";
import { formatNumber } from "../values/numbers";
import { colour } from "../values/seriesLooks";
import { timeTicks } from "../values/timeTicks";
import type { Axis } from "./address";
import type { Chart } from "./chart";
import { paint } from "./paint";
import { elapsedWords, evenTicks, logTicks, SECOND_STEPS } from "./ticks";

/** Pixels that a label of the axis of values needs. */
const LABEL_HEIGHT = 22;

interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * @param chart is asked whenever the chart is drawn.
 * @param onPointer is told where the pointer is inside of the frame, in pixels; null when it is outside.
 * @param onRange is told what part of the axis was chosen.
 */
export function optionsOf(
  chart: () => Chart,
  { width, height }: Size,
  onPointer: (place: { left: number; top: number } | null) => void,
  onRange: (first: number, last: number) => void,
): UPlot.Options {
  const { axis, isLog, extent, values } = chart();
  return {
    ...{ width, height },
    padding: [8, 12, 0, 0],
    legend: { show: false },
    scales: {
      x: { time: axis === "wall", range: () => [...extent] as [number, number] },
      y: { ...(isLog && { distr: 3 }), range: () => [...values] as [number, number] },
    },
    axes: axesOf(axis, isLog),
    // The lines are drawn by paint.ts: the one of uPlot only spans the frame.
    series: [{}, { points: { show: false }, width: 0 }],
    cursor: { y: false, points: { show: false }, drag: { x: true, y: false, setScale: false } },
    hooks: {
      draw: [(plot) => paint(plot, chart())],
      setCursor: [({ cursor: { left = -1, top = -1 } }) => onPointer(left < 0 ? null : { left, top })],
      setSelect: [(plot) => tellRange(plot, onRange)],
    },
  };
}

function axesOf(axis: Axis, isLog: boolean): UPlot.Axis[] {
  const common = {
    stroke: colour("muted"),
    font: "12px system-ui, sans-serif",
    grid: { stroke: colour("line"), width: 1 },
    ticks: { stroke: colour("line") },
  };
  const room = (plot: UPlot) => Math.max(2, Math.floor(plot.bbox.height / devicePixelRatio / LABEL_HEIGHT));
  return [
    { ...common, ...belowOf(axis) },
    {
      ...common,
      size: 58,
      splits: (plot, _, least, greatest) => (isLog ? logTicks : evenTicks)(least, greatest, room(plot)),
      filter: (_, splits) => splits,
      values: (_, ticks) => ticks.map((tick) => formatNumber(tick)),
    },
  ];
}

function belowOf(axis: Axis): UPlot.Axis {
  if (axis === "wall") return { size: 46, space: 72, values: (_, places, __, ___, step) => timeTicks(places, step) };
  if (axis === "relative") {
    return { size: 30, space: 72, incrs: [...SECOND_STEPS], values: (_, places) => places.map(elapsedWords) };
  }
  return {
    size: 30,
    space: 64,
    values: (_, places) => places.map((place) => (Number.isInteger(place) ? shortCount(place) : "")),
  };
}

/** 12,500,000 as 12.5M: steps are counts, and large ones leave no room on the axis. */
function shortCount(step: number): string {
  if (Math.abs(step) < 1_000_000) return formatNumber(step);
  return new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 5 }).format(step);
}

function tellRange(plot: UPlot, onRange: (first: number, last: number) => void): void {
  const { left, width } = plot.select;
  if (width < 4) return;
  onRange(plot.posToVal(left, "x"), plot.posToVal(left + width, "x"));
  plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
}
