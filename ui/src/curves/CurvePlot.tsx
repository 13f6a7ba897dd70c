// One chart: the lines of a metric, what is under the pointer, arrow keys over the points, and the choice of a part.

import "uplot/dist/uPlot.min.css";
import { useMantineColorScheme, VisuallyHidden } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";
import UPlot from "uplot";
import { cutMiddle } from "../values/names";
import { count, formatNumber } from "../values/numbers";
import { Look } from "../values/PlotLegend";
import { seriesColour } from "../values/seriesLooks";
import type { Axis, Range } from "./address";
import type { Chart } from "./chart";
import { optionsOf } from "./chartOptions";
import { type CurveLine, extentOf, nearestTo, padded, valuesBetween } from "./lines";
import { type Pointed, placeWords, pointedAt, pointOf, valueWords } from "./pointing";

interface CurvePlotProps {
  readonly metric: string;
  readonly lines: readonly CurveLine[];
  readonly axis: Axis;
  /** Whether values stand by their size; never where none is greater than 0. */
  readonly isLog: boolean;
  /** The part of the axis that is shown, in its units. */
  readonly zoom: Range | undefined;
  readonly height: number;
  readonly marked: string | undefined;
  readonly onRange: (range: Range | undefined) => void;
}

/** What is pointed at: points, and where that is in the frame, in pixels. */
interface Pointing {
  readonly points: readonly Pointed[];
  readonly left: number;
}

export function CurvePlot({ metric, lines, axis, isLog, zoom, height, marked, onRange }: CurvePlotProps) {
  const { ref, width } = useElementSize();
  const [pointing, setPointing] = useState<Pointing | null>(null);
  const chart = useChart({ lines, axis, isLog, zoom, marked });
  const { holder, drawn } = useFrame(chart, { width, height }, setPointing, onRange);
  const keys = useKeys(chart, pointing, setPointing, drawn, onRange);
  return (
    <div className="curve-plot" ref={ref} style={{ minHeight: height }}>
      <div
        ref={holder}
        role="application"
        aria-roledescription="chart"
        aria-label={`${describe(metric, lines)}. ${KEYS}`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys walk over the points
        tabIndex={0}
        onKeyDown={keys}
        onBlur={() => setPointing(null)}
        onDoubleClick={() => onRange(undefined)}
      />
      {pointing && drawn.current && <Dots pointing={pointing} plot={drawn.current} chart={chart} />}
      {pointing && <Tip pointing={pointing} axis={axis} width={width} />}
      <VisuallyHidden aria-live="polite">{pointing?.points[0] && words(pointing.points[0], axis)}</VisuallyHidden>
    </div>
  );
}

const KEYS =
  "Left and right arrow keys walk over the points, up and down over the lines; plus and minus zoom, 0 shows all";

function useChart({
  lines,
  axis,
  isLog,
  zoom,
  marked,
}: Omit<Chart, "extent" | "values"> & { zoom: Range | undefined }) {
  const extent = useMemo(() => extentOf(lines, zoom), [lines, zoom]);
  const values = useMemo(
    () => padded(valuesBetween(lines, extent, isLog) ?? (isLog ? [1, 10] : [0, 1]), isLog),
    [lines, extent, isLog],
  );
  return { lines, axis, isLog, marked, extent, values };
}

/** The frame, which is made anew for another size, axis or theme; lines are drawn anew within it. */
function useFrame(
  chart: Chart,
  size: { width: number; height: number },
  onPointing: (next: Pointing | null) => void,
  onRange: CurvePlotProps["onRange"],
) {
  const holder = useRef<HTMLDivElement>(null);
  const drawn = useRef<UPlot | null>(null);
  const { colorScheme } = useMantineColorScheme();
  const latest = useRef({ chart, onRange });
  latest.current = { chart, onRange };
  const { lines, marked, axis, isLog, extent, values } = chart;
  // biome-ignore lint/correctness/useExhaustiveDependencies: numbers stand for the ranges
  useEffect(() => {
    if (!holder.current || size.width < 50) return;
    const options = optionsOf(
      () => latest.current.chart,
      size,
      (place) => onPointing(place && pointAt(drawn.current as UPlot, latest.current.chart, place)),
      (from, to) => latest.current.onRange([from, to]),
    );
    const plot = new UPlot(options, [[...extent], [...values]], holder.current);
    drawn.current = plot;
    return () => plot.destroy();
  }, [size.width, size.height, colorScheme, axis, isLog, extent[0], extent[1], values[0], values[1]]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: lines may change within the same frame
  useEffect(() => {
    drawn.current?.redraw(false);
    onPointing(null);
  }, [lines, marked]);
  return { holder, drawn };
}

function pointAt(plot: UPlot, { lines }: Chart, { left, top }: { left: number; top: number }): Pointing | null {
  const points = pointedAt(lines, plot.posToVal(left, "x"), (value) => Math.abs(plot.valToPos(value, "y") - top));
  const offset = plot.bbox.left / (devicePixelRatio || 1);
  return points.length > 0 ? { points, left: left + offset } : null;
}

function words(point: Pointed, axis: Axis): string {
  return `${point.line.name}: ${valueWords(point)}, ${placeWords(point, axis)}`;
}

/** The lines in words: from where to where, with the last value. */
export function describe(metric: string, lines: readonly CurveLine[]): string {
  if (lines.length === 0) return `${metric}: no points`;
  const parts = lines.slice(0, 6).map(({ name, ys, total }) => {
    const latest = ys.findLast((value) => Number.isFinite(value));
    return `${name}: ${count(total, "point")}${latest === undefined ? "" : `, last ${formatNumber(latest)}`}`;
  });
  const rest = lines.length - parts.length;
  return `${metric}. ${parts.join("; ")}${rest > 0 ? `; and ${count(rest, "more line")}` : ""}`;
}

const ZOOM = 0.5;

/** What keys do: arrows walk over points and lines, plus and minus zoom around the point. */
function useKeys(
  { lines, extent: [first, last] }: Chart,
  pointing: Pointing | null,
  setPointing: (next: Pointing | null) => void,
  drawn: { readonly current: UPlot | null },
  onRange: CurvePlotProps["onRange"],
) {
  return (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const plot = drawn.current;
    const point = pointing?.points[0];
    const middle = point ? (point.line.xs[point.at] as number) : (first + last) / 2;
    const zoomBy = (factor: number) => onRange([middle - (middle - first) * factor, middle + (last - middle) * factor]);
    const act: Record<string, () => void> = {
      "+": () => zoomBy(ZOOM),
      "=": () => zoomBy(ZOOM),
      "-": () => zoomBy(1 / ZOOM),
      0: () => onRange(undefined),
      Escape: () => setPointing(null),
    };
    const next = plot && walk(event.key, lines, point, [first, last], event.shiftKey ? 10 : 1);
    if (!next && !act[event.key]) return;
    event.preventDefault();
    if (!next) return act[event.key]?.();
    const left = (plot as UPlot).valToPos(next.line.xs[next.at] as number, "x");
    const offset = (plot as UPlot).bbox.left / (devicePixelRatio || 1);
    (plot as UPlot).setCursor({ left: -1, top: -1 }, false);
    setPointing({ points: [next], left: left + offset });
  };
}

/** The point that an arrow key leads to; undefined for other keys. */
export function walk(
  key: string,
  lines: readonly CurveLine[],
  from: Pointed | undefined,
  [first, last]: Range,
  by: number,
): Pointed | undefined {
  const line = from?.line ?? lines[0];
  if (!line || line.xs.length === 0) return undefined;
  const inside = (at: number) => Math.min(Math.max(at, nearestTo(line.xs, first)), nearestTo(line.xs, last));
  if (key === "Home") return pointOf(line, inside(0));
  if (key === "End") return pointOf(line, inside(line.xs.length - 1));
  if (key === "ArrowRight") return pointOf(line, inside(from ? from.at + by : 0));
  if (key === "ArrowLeft") return pointOf(line, inside(from ? from.at - by : line.xs.length - 1));
  if (key !== "ArrowUp" && key !== "ArrowDown") return undefined;
  const place = lines.findIndex((each) => each.key === line.key) + (key === "ArrowDown" ? 1 : -1);
  const other = lines[(place + lines.length) % lines.length] as CurveLine;
  return pointOf(other, nearestTo(other.xs, line.xs[from?.at ?? 0] as number));
}

/** A dot on each point that is listed. */
function Dots({ pointing, plot, chart }: { pointing: Pointing; plot: UPlot; chart: Chart }) {
  const ratio = devicePixelRatio || 1;
  const [left, top] = [plot.bbox.left / ratio, plot.bbox.top / ratio];
  const shown = pointing.points.slice(0, LISTED).flatMap((point) => {
    const y = point.smooth ?? point.value;
    if (!Number.isFinite(y) || (chart.isLog && y <= 0)) return [];
    const x = point.line.xs[point.at] as number;
    return [{ point, x: left + plot.valToPos(x, "x"), y: top + plot.valToPos(y, "y") }];
  });
  return shown
    .filter(({ x }) => x >= left - 1 && x <= left + plot.bbox.width / ratio + 1)
    .map(({ point, x, y }, at) => (
      <span
        key={point.line.key}
        className={at === 0 ? "curve-dot curve-dot-first" : "curve-dot"}
        style={{ insetInlineStart: x, top: y, background: `var(--${seriesColour(point.line.look)})` }}
      />
    ));
}

function stepOf({ line, at }: Pointed): number {
  return line.steps[at] as number;
}

/** How many lines the box beside the pointer lists. */
const LISTED = 8;

function Tip({ pointing, axis, width }: { pointing: Pointing; axis: Axis; width: number }) {
  const { points, left } = pointing;
  const [nearest] = points;
  if (!nearest) return null;
  const isRight = left > width / 2;
  const rest = points.length - LISTED;
  return (
    <div className="curve-tip" style={isRight ? { right: width - left + 12 } : { left: left + 12 }} aria-hidden>
      <p className="muted">{placeWords(nearest, axis)}</p>
      <ul>
        {points.slice(0, LISTED).map((point) => (
          <li key={point.line.key}>
            <Look look={point.line.look} />
            <bdi>{cutMiddle(point.line.name, 40)}</bdi>
            <strong>{formatNumber(point.smooth ?? point.value)}</strong>
            {point.smooth !== undefined && <span className="muted">{formatNumber(point.value)}</span>}
            {axis === "step" && stepOf(point) !== stepOf(nearest) && (
              <span className="muted">at {formatNumber(stepOf(point))}</span>
            )}
          </li>
        ))}
      </ul>
      {rest > 0 && <p className="muted">and {count(rest, "more line")}</p>}
    </div>
  );
}
