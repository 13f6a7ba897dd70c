// What uPlot is asked to draw: axes, lines with their looks, the best so far, a threshold with its value.

import UPlot from "uplot";
import { formatNumber } from "./numbers";
import type { PlotProps } from "./plotTypes";
import { colour, seriesColour, seriesDash } from "./seriesLooks";
import { timeTicks } from "./timeTicks";

/** @param onPlace is told the place of the value under the pointer, null when there is none. */
export function optionsOf(
  props: PlotProps,
  width: number,
  height: number,
  onPlace: (place: number | null) => void,
): UPlot.Options {
  const { lines, ticks, best, threshold, range, sync, onZoom } = props;
  return {
    width,
    height,
    legend: { show: false },
    scales: { x: { time: ticks === undefined, ...(range && { range: [range[0], range[1]] }) } },
    axes: axesOf(ticks),
    series: [
      {},
      ...lines.map((line, at) => lineOf(line.name, line.look ?? at)),
      ...(best ? [bestLine()] : []),
      ...(threshold === undefined ? [] : [thresholdLine()]),
    ],
    cursor: { drag: { x: true, y: false, setScale: false }, ...(sync && { sync: { key: sync } }) },
    hooks: {
      setSelect: [(plot) => tellZoom(plot, onZoom)],
      setCursor: [(plot) => onPlace(plot.cursor.idx ?? null)],
      ...(threshold !== undefined && { draw: [(plot) => writeThreshold(plot, threshold)] }),
    },
  };
}

function axesOf(ticks: PlotProps["ticks"]): UPlot.Axis[] {
  const axis = {
    stroke: colour("muted"),
    grid: { stroke: colour("line"), width: 1 },
    ticks: { stroke: colour("line") },
  };
  return [
    ticks
      ? {
          ...axis,
          values: (_, places) => places.map((place) => ticks[place] ?? ""),
          incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000],
        }
      : { ...axis, space: 72, values: (_, places, __, ___, step) => timeTicks(places, step) },
    { ...axis, size: 64, values: (_, values) => values.map((value) => formatNumber(value)) },
  ];
}

function lineOf(label: string, look: number): UPlot.Series {
  const stroke = colour(seriesColour(look));
  const dash = [...seriesDash(look)];
  return { label, stroke, dash, width: 2, spanGaps: false, points: { size: 6, fill: stroke } };
}

function bestLine(): UPlot.Series {
  const paths = UPlot.paths.stepped?.({ align: 1 });
  return { label: "best so far", stroke: colour("done"), dash: [4, 4], ...(paths && { paths }) };
}

function thresholdLine(): UPlot.Series {
  return { label: "threshold", stroke: colour("failed"), dash: [8, 4], points: { show: false } };
}

/** The value of the threshold stands on its line, at the right end. */
function writeThreshold(plot: UPlot, threshold: number): void {
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio || 1;
  const y = plot.valToPos(threshold, "y", true);
  ctx.save();
  ctx.font = `${12 * ratio}px system-ui, sans-serif`;
  ctx.textAlign = "right";
  const isAtTop = y - bbox.top < 18 * ratio;
  ctx.textBaseline = isAtTop ? "top" : "bottom";
  const words = `threshold ${formatNumber(threshold)}`;
  const [x, at] = [bbox.left + bbox.width - 4 * ratio, y + (isAtTop ? 3 : -3) * ratio];
  ctx.strokeStyle = colour("surface");
  ctx.lineWidth = 4 * ratio;
  ctx.strokeText(words, x, at);
  ctx.fillStyle = colour("failed");
  ctx.fillText(words, x, at);
  ctx.restore();
}

function tellZoom(plot: UPlot, onZoom: PlotProps["onZoom"]): void {
  if (!onZoom || plot.select.width < 4) return;
  onZoom(plot.posToVal(plot.select.left, "x"), plot.posToVal(plot.select.left + plot.select.width, "x"));
}
