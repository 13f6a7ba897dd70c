// What runs now, the longest first; what runs for more than three times its median is marked. Then what failed last.

import { IconAlertTriangle } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useListing } from "../api/listing";
import { MOST_RUNNING, useRunning } from "../api/metrics";
import { Loaded } from "../state/States";
import { Ago } from "../values/Ago";
import { FailureLine } from "../values/Failure";
import { formatCount } from "../values/numbers";
import { RecordChip } from "../values/RecordChip";
import { formatDuration } from "../values/times";

const SHOWN = 20;

export function Running({ refresh }: { refresh: number | false }) {
  const running = useRunning(refresh);
  return (
    <div className="events">
      <section aria-label="Running">
        <h2>Running</h2>
        <Loaded query={running} rows={3}>
          {({ items }) =>
            items.length === 0 ? (
              <p className="muted">Nothing runs.</p>
            ) : (
              <ul className="event-list">
                {items.slice(0, SHOWN).map((item) => (
                  <li key={item.key}>
                    <RecordChip card={item} />
                    {item.duration !== null && <span className="muted">for {formatDuration(item.duration)}</span>}
                    {item.stuck && (
                      <span className="state tone-warning">
                        <IconAlertTriangle size={14} aria-hidden /> stuck? usually {formatDuration(item.median ?? 0)}
                      </span>
                    )}
                  </li>
                ))}
                {items.length > SHOWN && (
                  <li>
                    <Link to="/executions" search={{ filter: "state=RUNNING", sort: "created", archived: "shown" }}>
                      {othersRun(items.length - SHOWN, items.length === MOST_RUNNING)}
                    </Link>
                  </li>
                )}
              </ul>
            )
          }
        </Loaded>
      </section>
      <FailedLast refresh={refresh} />
    </div>
  );
}

/** "1 more is running", "20 more are running"; "80 or more others are running" where the server sent as many as it sends. */
export function othersRun(number: number, isMore: boolean): string {
  if (isMore) return `${formatCount(number)} or more others are running`;
  return `${formatCount(number)} more ${number === 1 ? "is" : "are"} running`;
}

function FailedLast({ refresh }: { refresh: number | false }) {
  const failed = useListing(
    { kind: "executions", filter: "state=FAILED", query: undefined, sort: "-created", unarchived: true },
    refresh,
  );
  return (
    <section aria-label="Failed">
      <h2>Failed last</h2>
      <Loaded query={failed} rows={3}>
        {({ pages }) => (
          <>
            <ul className="event-list" hidden={pages[0]?.rows.length === 0}>
              {pages[0]?.rows.slice(0, 8).map((row) => (
                <li key={row.key}>
                  <RecordChip card={row} />
                  <span className="muted">
                    <Ago time={row.ended} />
                  </span>
                  <FailureLine failure={row.failure} fallback="No reason is recorded" />
                </li>
              ))}
            </ul>
            {pages[0]?.rows.length === 0 ? (
              <p className="muted">Nothing has failed.</p>
            ) : (
              <Link to="/executions" search={{ filter: "state=FAILED" }}>
                All that failed
              </Link>
            )}
          </>
        )}
      </Loaded>
    </section>
  );
}
