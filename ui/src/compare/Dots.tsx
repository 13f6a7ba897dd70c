// The metrics of a few records as dots on an axis from the least to the greatest value: bars from zero hide differences.

import { BestMark } from "../values/BestMark";
import { bestPlaces, directionWords, metricDirection } from "../values/metricDirection";
import { count, formatNumber } from "../values/numbers";
import { seriesColour } from "../values/seriesLooks";
import { type CompareRow, numbersOf } from "./table";
import type { CompareProps } from "./useCompared";

const MOST_RECORDS = 12;
const MOST_METRICS = 6;

export function Dots({ comparison, names, turned }: CompareProps) {
  const metrics = comparison.rows.filter(({ section, differs }) => section === "Metrics" && differs);
  if (metrics.length === 0 || names.length > MOST_RECORDS) return null;
  return (
    <>
      <div className="dots-grid">
        {metrics.slice(0, MOST_METRICS).map((row) => (
          <Metric key={row.key} row={row} names={names} turned={turned} />
        ))}
      </div>
      {metrics.length > MOST_METRICS && (
        <p className="muted">
          The first {MOST_METRICS} of {count(metrics.length, "metric")} that differ; the table has all.
        </p>
      )}
    </>
  );
}

function Metric({ row, names, turned }: { row: CompareRow } & Pick<CompareProps, "names" | "turned">) {
  const numbers = numbersOf(row);
  const finite = numbers.filter((number): number is number => number !== null && Number.isFinite(number));
  const [least, greatest] = [Math.min(...finite), Math.max(...finite)];
  const direction = metricDirection(row.name, turned);
  const best = bestPlaces(numbers, direction);
  if (finite.length === 0) return null;
  return (
    <figure className="dots">
      <figcaption>
        <span className="plot-title" title={row.name}>
          {row.title}
        </span>{" "}
        <span className="muted">{directionWords(direction)}</span>
      </figcaption>
      {names.map((name, at) => {
        const number = numbers[at] ?? null;
        const place = number === null || !Number.isFinite(number) ? null : placeOf(number, least, greatest);
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: the dots have this order
          <div key={at} className="dot-row">
            <bdi className="dot-label" title={name}>
              {name}
            </bdi>
            <span className="dot-track">
              {place !== null && (
                <span
                  className="dot"
                  style={{ insetInlineStart: `${place}%`, background: `var(--${seriesColour(at)})` }}
                />
              )}
            </span>
            <span className="number">
              {best.has(at) && <BestMark />}
              {number === null ? "–" : formatNumber(number)}
            </span>
          </div>
        );
      })}
      <div className="dot-row dot-ends muted">
        <span />
        <span className="dot-axis">
          <span>{formatNumber(least)}</span>
          {greatest > least && <span>{formatNumber(greatest)}</span>}
        </span>
        <span />
      </div>
    </figure>
  );
}

/** Where a number stands on an axis, per cent. */
export function placeOf(number: number, least: number, greatest: number): number {
  return greatest > least ? ((number - least) / (greatest - least)) * 100 : 50;
}
