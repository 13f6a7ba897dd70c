// When the records of the filter were created: a bar for each span of time. A click keeps that span, a drag several.

import { useState } from "react";
import type { Edit, SearchTerm } from "../api/searches";
import type { Facets } from "../api/shapes";
import { chosenTime } from "../filter/terms";
import { formatCount } from "../values/numbers";
import { formatLocal } from "../values/times";

interface TimeFacetProps {
  readonly spans: Facets["created"];
  readonly exact: boolean;
  readonly terms: readonly SearchTerm[];
  readonly onEdit: (edit: Edit) => void;
}

const LAST = [
  { age: "1d", name: "24 h" },
  { age: "7d", name: "7 d" },
  { age: "30d", name: "30 d" },
] as const;

export function TimeFacet({ spans, exact, terms, onEdit }: TimeFacetProps) {
  const [from, setFrom] = useState<number | null>(null);
  const [over, setOver] = useState<number | null>(null);
  const most = Math.max(1, ...spans.map(({ count }) => count));
  const chosen = chosenTime(terms);
  const end = (at: number) => {
    const [low, high] = [Math.min(from ?? at, at), Math.max(from ?? at, at)];
    setFrom(null);
    onEdit(rangeOf(spans, low, high));
  };
  const isIn = (at: number) =>
    from !== null && over !== null && at >= Math.min(from, over) && at <= Math.max(from, over);
  return (
    <section className="facet" aria-label="Created">
      <h2>Created</h2>
      <div className="time-bars" data-line onPointerLeave={() => setFrom(null)}>
        {spans.map(({ start, end: stop, count }, at) => (
          <button
            key={start}
            tabIndex={-1}
            type="button"
            className={isIn(at) ? "time-bar time-bar-in" : "time-bar"}
            title={`${formatLocal(start)} to ${formatLocal(stop)}: ${formatCount(count)}${exact ? "" : "+"}`}
            aria-label={`Created ${formatLocal(start)} to ${formatLocal(stop)}: ${formatCount(count)}`}
            onPointerDown={(event) => {
              event.preventDefault();
              setFrom(at);
              setOver(at);
            }}
            onPointerEnter={() => setOver(at)}
            onPointerUp={() => end(at)}
            onKeyDown={(event) => event.key === "Enter" && end(at)}
          >
            <span style={{ height: count === 0 ? 0 : `${Math.max(6, (count / most) * 100)}%` }} />
          </button>
        ))}
      </div>
      <LastSpans chosen={chosen} onEdit={onEdit} />
    </section>
  );
}

function LastSpans({ chosen, onEdit }: { chosen: string | undefined; onEdit: (edit: Edit) => void }) {
  return (
    <div className="time-last" data-line>
      {LAST.map(({ age, name }) => (
        <button
          key={age}
          type="button"
          tabIndex={-1}
          className="link-button"
          aria-pressed={chosen === age}
          onClick={() => onEdit({ choice: "range", key: "created", low: age, high: "" })}
        >
          {name}
        </button>
      ))}
      <button
        type="button"
        tabIndex={-1}
        // Its place is kept, so that nothing moves when it comes.
        className={`link-button ${chosen === undefined ? "kept-place" : ""}`}
        onClick={() => onEdit({ choice: "clear", key: "created" })}
      >
        all times
      </button>
    </div>
  );
}

function rangeOf(spans: Facets["created"], low: number, high: number): Edit {
  return { choice: "range", key: "created", low: iso(spans[low]?.start ?? 0), high: iso((spans[high]?.end ?? 1) - 1) };
}

/** Milliseconds as a time that the filter reads, in UTC. */
function iso(time: number): string {
  return new Date(time).toISOString();
}
