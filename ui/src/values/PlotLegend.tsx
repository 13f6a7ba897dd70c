// The legend of a plot: each line with its look, its name and its value where the pointer is; a click hides a line.

import { useMemo } from "react";
import { cutDistinct } from "./names";
import { formatNumber } from "./numbers";
import type { PlotLine, PlotProps } from "./plotTypes";
import { seriesColour, seriesDash } from "./seriesLooks";
import { formatSeconds } from "./times";

const LONGEST = 36;

interface PlotLegendProps extends Pick<PlotProps, "xs" | "ticks" | "lines" | "best" | "threshold"> {
  /** The place under the pointer; null for the end of the lines. */
  readonly place: number | null;
  readonly hidden: ReadonlySet<string>;
  readonly onToggle: (at: number, name: string) => void;
}

export function PlotLegend({ xs, ticks, lines, best, threshold, place, hidden, onToggle }: PlotLegendProps) {
  const short = useMemo(() => {
    const names = lines.map(({ name }) => name);
    return cutDistinct(names, LONGEST);
  }, [lines]);
  const at = place ?? xs.length - 1;
  const x = xs[at];
  return (
    <div className="plot-legend">
      <span className="plot-legend-place muted">
        {place === null || x === undefined ? "Latest" : (ticks?.[x] ?? formatSeconds(x * 1000))}
      </span>
      <ul>
        {lines.map((line, number) => (
          <li key={line.name}>
            <button
              type="button"
              aria-pressed={!hidden.has(line.name)}
              title={`${line.name}. Click to ${hidden.has(line.name) ? "show" : "hide"} it`}
              onClick={() => onToggle(number, line.name)}
            >
              <Look look={line.look ?? number} />
              <bdi className="plot-legend-name">{short.get(line.name)}</bdi>
              <span className="number">{words(valueUpTo(line, at))}</span>
            </button>
          </li>
        ))}
        {best && (
          <li className="plot-legend-extra">
            <Dashes colour="done" dash={[4, 4]} /> best so far <span className="number">{words(best[at] ?? null)}</span>
          </li>
        )}
        {threshold !== undefined && (
          <li className="plot-legend-extra">
            <Dashes colour="failed" dash={[8, 4]} /> threshold <span className="number">{formatNumber(threshold)}</span>
          </li>
        )}
      </ul>
    </div>
  );
}

/** The value of a line at a place, or its last one before: lines have points at different times. */
export function valueUpTo({ values }: PlotLine, at: number): number | null {
  for (let place = at; place >= 0; place -= 1) {
    const value = values[place];
    if (typeof value === "number") return value;
  }
  return null;
}

function words(value: number | null): string {
  return value === null ? "–" : formatNumber(value);
}

/** How a line looks in the plot: its colour and its dashes. */
export function Look({ look }: { look: number }) {
  return <Dashes colour={seriesColour(look)} dash={seriesDash(look)} />;
}

function Dashes({ colour, dash }: { colour: string; dash: readonly number[] }) {
  return (
    <svg width="24" height="10" aria-hidden className="plot-look">
      <line x1="0" x2="24" y1="5" y2="5" strokeWidth="3" strokeDasharray={dash.join(" ")} stroke={`var(--${colour})`} />
    </svg>
  );
}
