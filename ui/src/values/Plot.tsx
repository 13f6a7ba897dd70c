// A plot of lines over time or versions, by uPlot. Gaps stay gaps; zooming is told to the caller.

import "uplot/dist/uPlot.min.css";
import "./plot.css";
import { useMantineColorScheme } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { useEffect, useMemo, useRef, useState } from "react";
import UPlot from "uplot";
import { count, formatNumber } from "./numbers";
import { PlotLegend } from "./PlotLegend";
import { optionsOf } from "./plotOptions";
import type { PlotProps } from "./plotTypes";

export function Plot(props: PlotProps) {
  const { ref, width } = useElementSize();
  const holder = useRef<HTMLDivElement>(null);
  const drawn = useRef<UPlot | null>(null);
  const { colorScheme } = useMantineColorScheme();
  const [place, setPlace] = useState<number | null>(null);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const { title, xs, lines, best, threshold, height = 240 } = props;
  const [from, to] = props.range ?? [];
  // biome-ignore lint/correctness/useExhaustiveDependencies: the plot is drawn anew for new data, size or theme
  useEffect(() => {
    if (!holder.current || width < 50) return;
    const extra = [...(best ? [best] : []), ...(threshold === undefined ? [] : [xs.map(() => threshold)])];
    const data = [xs, ...lines.map(({ values }) => values), ...extra] as UPlot.AlignedData;
    const options = optionsOf(props, width, height, setPlace);
    for (const [at, { name }] of lines.entries()) (options.series[at + 1] as UPlot.Series).show = !hidden.has(name);
    const plot = new UPlot(options, data, holder.current);
    drawn.current = plot;
    return () => plot.destroy();
  }, [xs, lines, best, threshold, width, height, colorScheme, title, from, to]);
  const toggle = (at: number, name: string) => {
    const next = new Set(hidden);
    if (!next.delete(name)) next.add(name);
    setHidden(next);
    drawn.current?.setSeries(at + 1, { show: !next.has(name) });
  };
  const description = useMemo(() => describe({ title, lines }), [title, lines]);
  return (
    <figure className="plot" ref={ref}>
      <figcaption>
        <span className="plot-title" title={props.exact}>
          {title}
        </span>
        {props.tools}
      </figcaption>
      <div ref={holder} role="img" aria-label={description} />
      <PlotLegend {...props} place={place} hidden={hidden} onToggle={toggle} />
    </figure>
  );
}

/** The plot in words: what is drawn, from where to where. */
export function describe({ title, lines }: Pick<PlotProps, "title" | "lines">): string {
  const parts = lines.map(({ name, values }) => {
    const numbers = values.filter((value) => typeof value === "number");
    if (numbers.length === 0) return `${name}: no values`;
    const least = numbers.reduce((left, right) => Math.min(left, right));
    const greatest = numbers.reduce((left, right) => Math.max(left, right));
    return `${name}: ${count(numbers.length, "value")} from ${formatNumber(least)} to ${formatNumber(greatest)}, last ${formatNumber(numbers.at(-1) as number)}`;
  });
  return `${title}. ${parts.join("; ")}`;
}
