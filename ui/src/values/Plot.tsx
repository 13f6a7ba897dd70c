// A plot of lines over time or versions, by uPlot. Gaps stay gaps; zooming is told to the caller.

import "uplot/dist/uPlot.min.css";
import "./plot.css";
import { useMantineColorScheme } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { useEffect, useRef } from "react";
import UPlot from "uplot";
import { formatNumber } from "./numbers";

export interface PlotLine {
  readonly name: string;
  /** One value an x; null where there is none: a gap. */
  readonly values: readonly (number | null)[];
}

export interface PlotProps {
  readonly title: string;
  /** Seconds since epoch, or places 0, 1, 2 … of `ticks`. */
  readonly xs: readonly number[];
  /** Names of the places, for an axis of versions. */
  readonly ticks?: readonly string[];
  readonly lines: readonly PlotLine[];
  readonly threshold?: number | undefined;
  /** The best so far, as a step line. */
  readonly best?: readonly (number | null)[] | undefined;
  readonly height?: number;
  /** The ends of the x axis; by default those of `xs`. */
  readonly range?: readonly [number, number] | undefined;
  /** Plots of the same word share the cursor. */
  readonly sync?: string;
  readonly onZoom?: (from: number, to: number) => void;
}

// Lines differ by colour and by dash.
const STROKES = ["link", "metric", "model", "execution", "failed", "data", "muted"];
const DASHES = [[], [6, 3], [2, 3], [8, 3, 2, 3]];

export function Plot(props: PlotProps) {
  const { ref, width } = useElementSize();
  const holder = useRef<HTMLDivElement>(null);
  const { colorScheme } = useMantineColorScheme();
  const { xs, lines, best, threshold, height = 240 } = props;
  const [from, to] = props.range ?? [];
  // biome-ignore lint/correctness/useExhaustiveDependencies: the plot is drawn anew for new data, size or theme
  useEffect(() => {
    if (!holder.current || width < 50) return;
    const extra = [...(best ? [best] : []), ...(threshold === undefined ? [] : [xs.map(() => threshold)])];
    const data = [xs, ...lines.map(({ values }) => values), ...extra] as UPlot.AlignedData;
    const plot = new UPlot(optionsOf(props, width, height), data, holder.current);
    return () => plot.destroy();
  }, [xs, lines, best, threshold, width, height, colorScheme, props.title, from, to]);
  return (
    <figure className="plot" ref={ref}>
      <figcaption>{props.title}</figcaption>
      <div ref={holder} role="img" aria-label={describe(props)} />
    </figure>
  );
}

/** The plot in words: what is drawn, from where to where. */
export function describe({ title, lines }: Pick<PlotProps, "title" | "lines">): string {
  const parts = lines.map(({ name, values }) => {
    const numbers = values.filter((value) => value !== null);
    if (numbers.length === 0) return `${name}: no values`;
    const [least, greatest] = [Math.min(...numbers), Math.max(...numbers)];
    return `${name}: ${numbers.length} values from ${formatNumber(least)} to ${formatNumber(greatest)}, last ${formatNumber(numbers.at(-1) as number)}`;
  });
  return `${title}. ${parts.join("; ")}`;
}

function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

function optionsOf(props: PlotProps, width: number, height: number): UPlot.Options {
  const { lines, ticks, best, threshold, range, sync, onZoom } = props;
  const axis = {
    stroke: colour("muted"),
    grid: { stroke: colour("line"), width: 1 },
    ticks: { stroke: colour("line") },
  };
  const format = (_: UPlot, value: number | null) => (value === null ? "–" : formatNumber(value));
  return {
    width,
    height,
    scales: { x: { time: ticks === undefined, ...(range && { range: [range[0], range[1]] }) } },
    axes: [
      ticks
        ? {
            ...axis,
            values: (_, places) => places.map((place) => ticks[place] ?? ""),
            incrs: [1, 2, 5, 10, 20, 50, 100],
          }
        : axis,
      { ...axis, size: 64, values: (_, values) => values.map((value) => formatNumber(value)) },
    ],
    series: [
      ticks ? { label: "version", value: (_, place) => ticks[place ?? -1] ?? "–" } : { label: "time" },
      ...lines.map(({ name }, at) => lineOf(name, at, format)),
      ...(best
        ? [
            {
              label: "best so far",
              stroke: colour("done"),
              dash: [4, 4],
              paths: UPlot.paths.stepped?.({ align: 1 }),
              value: format,
            },
          ]
        : []),
      ...(threshold === undefined
        ? []
        : [{ label: "threshold", stroke: colour("failed"), dash: [8, 4], points: { show: false }, value: format }]),
    ] as UPlot.Series[],
    cursor: { drag: { x: true, y: false, setScale: false }, ...(sync && { sync: { key: sync } }) },
    hooks: { setSelect: [(plot) => tellZoom(plot, onZoom)] },
  };
}

function lineOf(label: string, at: number, value: UPlot.Series["value"]) {
  const stroke = colour(STROKES[at % STROKES.length] as string);
  const dash = DASHES[Math.floor(at / STROKES.length) % DASHES.length];
  return { label, stroke, dash, width: 2, value, spanGaps: false, points: { size: 6, fill: stroke } };
}

function tellZoom(plot: UPlot, onZoom: PlotProps["onZoom"]): void {
  if (!onZoom || plot.select.width < 4) return;
  onZoom(plot.posToVal(plot.select.left, "x"), plot.posToVal(plot.select.left + plot.select.width, "x"));
}
