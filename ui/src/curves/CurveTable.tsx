// The points of a chart as a table, for reading and for screen readers, and all of them as CSV.

import { VisuallyHidden } from "@mantine/core";
import { useState } from "react";
import { BASE } from "../api/client";
import { count, formatNumber } from "../values/numbers";
import { formatSeconds, formatUtc } from "../values/times";
import type { CurveLine } from "./lines";

interface CurveTableProps {
  readonly metric: string;
  readonly lines: readonly CurveLine[];
  readonly keys: readonly string[];
}

const MOST_ROWS = 200;

export function CurveTable({ metric, lines, keys }: CurveTableProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details className="curve-table" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        Points <VisuallyHidden>of {metric}</VisuallyHidden>
      </summary>
      {isOpen && (
        <>
          <p>
            <a href={exportOf(keys, [metric])} download="metrics.csv">
              All points as CSV
            </a>
          </p>
          <Rows metric={metric} lines={lines} />
        </>
      )}
    </details>
  );
}

/** The address of all points of metrics; all metrics if none are named. */
export function exportOf(keys: readonly string[], names: readonly string[] = []): string {
  const names_ = names.map((name) => `&name=${encodeURIComponent(name)}`).join("");
  return `${BASE}/api/v1/metrics/export?keys=${keys.join(",")}${names_}`;
}

function Rows({ metric, lines }: Omit<CurveTableProps, "keys">) {
  const all = lines.flatMap((line) => line.ys.map((value, at) => ({ line, value, at })));
  const rest = all.length - MOST_ROWS;
  const isOne = lines.length === 1;
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reached by keyboard */}
      <section className="curve-rows" tabIndex={0} aria-label={`Points of ${metric}`}>
        <table className="table">
          <thead>
            <tr>
              {!isOne && <th>Record</th>}
              <th className="end">Step</th>
              <th className="end">Value</th>
              <th>Time</th>
            </tr>
          </thead>
          <tbody>
            {all.slice(0, MOST_ROWS).map(({ line, value, at }) => (
              <tr key={`${line.key} ${at}`}>
                {!isOne && (
                  <td>
                    <bdi>{line.name}</bdi>
                  </td>
                )}
                <td className="end number">{formatNumber(line.steps[at] as number)}</td>
                <td className="end number" title={String(value)}>
                  {formatNumber(value)}
                </td>
                <td title={formatUtc(line.times[at] as number)}>{formatSeconds(line.times[at] as number)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {rest > 0 && <p className="muted">and {count(rest, "more point")} that the chart draws.</p>}
    </>
  );
}
