// The records whose curves lie over each other: each with its look; a click hides its lines in all charts.

import { count } from "../values/numbers";
import { Look } from "../values/PlotLegend";
import { toggled } from "./address";
import { type CurveRecord, MOST_DRAWN } from "./lines";
import type { CurveState } from "./useCurveView";

interface CurveLegendProps extends CurveState {
  readonly records: readonly CurveRecord[];
  /** The looks of those that are drawn. */
  readonly looks: ReadonlyMap<string, number>;
  readonly onMark: (key: string | undefined) => void;
}

export function CurveLegend({ records, looks, view, change, onMark }: CurveLegendProps) {
  const shown = records.filter(({ key }) => looks.has(key) || view.hidden.has(key));
  const rest = records.length - shown.length;
  return (
    <div className="curve-legend">
      <ul aria-label="Lines">
        {shown.map(({ key, name }) => {
          const look = looks.get(key);
          return (
            <li key={key}>
              <button
                type="button"
                aria-pressed={look !== undefined}
                title={`${name}. Click to ${look === undefined ? "show" : "hide"} it`}
                onClick={() => change({ hide: toggled(view.hidden, key) })}
                onPointerEnter={() => onMark(key)}
                onPointerLeave={() => onMark(undefined)}
                onFocus={() => onMark(key)}
                onBlur={() => onMark(undefined)}
              >
                {look === undefined ? <span className="curve-no-look" aria-hidden /> : <Look look={look} />}
                <bdi>{name}</bdi>
              </button>
            </li>
          );
        })}
      </ul>
      {rest > 0 && (
        <p className="muted">
          {count(rest, "more record")} {rest === 1 ? "is" : "are"} not drawn: up to {MOST_DRAWN} lines can be told
          apart. Hide some to see the next ones.
        </p>
      )}
      {view.hidden.size > 0 && (
        <button type="button" className="curve-all" onClick={() => change({ hide: "" })}>
          Show {count(view.hidden.size, "hidden line")}
        </button>
      )}
    </div>
  );
}
