// The executions of a run on one axis of time, the oldest first: when each ran, how long, how it ended and why.

import { Link } from "@tanstack/react-router";
import { durationOf, hasTimes, type Row, titleOf } from "../api/shapes";
import { Ago } from "../values/Ago";
import { FailureLine } from "../values/Failure";
import { cutDistinct } from "../values/names";
import { count, formatCount } from "../values/numbers";
import { RecordChip } from "../values/RecordChip";
import { StateBadge } from "../values/RecordIcon";
import { formatDuration, formatLocal } from "../values/times";
import { axisOf, oldestFirst, placeOf, ranAt, type Span, ticksOf } from "./timeline";

/** How many letters of a name fit beside the axis. */
const LONGEST_NAME = 24;

export function Timeline({ rows }: { rows: readonly Row[] }) {
  const now = Date.now();
  const axis = axisOf(rows, now);
  const estimated = rows.filter((row) => !hasTimes(row)).length;
  const names = cutDistinct(rows.map(titleOf), LONGEST_NAME);
  return (
    <div className="timeline-box">
      <Axis axis={axis} />
      <ul className="event-list timeline">
        {oldestFirst(rows, now).map((row) => (
          <Line key={row.key} row={row} shown={names.get(titleOf(row))} axis={axis} now={now} />
        ))}
      </ul>
      {estimated > 0 && (
        <p className="muted timeline-note">
          {estimated === rows.length
            ? "No start and end is recorded"
            : `A start and end is recorded for ${formatCount(rows.length - estimated)} of ${count(rows.length, "execution")}`}
          . Any other execution is where it was created, without a length.
        </p>
      )}
    </div>
  );
}

/** A mark beyond this part of the axis has no room for its words. */
const ROOM = 0.92;

/** The axis: when it begins, and how much later each mark is. */
function Axis({ axis }: { axis: Span }) {
  return (
    <div className="timeline-axis" aria-hidden>
      <span className="muted">from {formatLocal(axis.start)}</span>
      <span className="timeline-ticks">
        {ticksOf(axis).map((after) => {
          if (after > ROOM * (axis.end - axis.start)) return null;
          const { left } = placeOf({ start: axis.start + after, end: axis.start + after }, axis);
          return (
            <span key={after} style={{ insetInlineStart: `${left}%` }}>
              {after === 0 ? "0" : `+${formatDuration(after)}`}
            </span>
          );
        })}
      </span>
      <span className="muted">{formatDuration(axis.end - axis.start)} in all</span>
    </div>
  );
}

interface LineProps {
  readonly row: Row;
  readonly shown: string | undefined;
  readonly axis: Span;
  readonly now: number;
}

function Line({ row, shown, axis, now }: LineProps) {
  const ran = ranAt(row, now);
  const { left, width } = placeOf(ran, axis);
  const duration = durationOf(row, now);
  const isRunning = row.state === "RUNNING";
  return (
    <li>
      <RecordChip card={row} shown={shown} />
      <span className="timeline-track" aria-hidden>
        <span
          className={`timeline-bar timeline-${(row.state ?? "unknown").toLowerCase()}`}
          style={{ insetInlineStart: `${left}%`, width: `${width}%` }}
        />
      </span>
      <span className="muted">
        {row.state === "COMPLETE" && <StateBadge state={row.state} />} <Ago time={ran.start} exact />
        {duration !== undefined && (
          <span>
            {" · "}
            {isRunning ? "running for" : "took"} {formatDuration(duration)}
          </span>
        )}{" "}
        ·{" "}
        <Link to="/lineage" search={{ focus: row.key }}>
          lineage
        </Link>
      </span>
      <FailureLine failure={row.failure} />
    </li>
  );
}
