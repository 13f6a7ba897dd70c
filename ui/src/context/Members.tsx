// The timeline of a workspace or run: its newest members first, each with the way to its lineage.

import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useListing } from "../api/listing";
import { durationOf, type Row } from "../api/shapes";
import { Empty, Loaded } from "../state/States";
import { Ago } from "../values/Ago";
import { RecordChip } from "../values/RecordChip";
import { StateBadge } from "../values/RecordIcon";
import { formatDuration } from "../values/times";

interface Span {
  readonly start: number;
  readonly end: number;
}

/** From the first start to the last end of the rows; what runs ends now. */
function spanOf(rows: readonly Row[]): Span {
  return {
    start: Math.min(...rows.map(({ created }) => created)),
    end: Math.max(...rows.map(endOf)),
  };
}

function endOf({ state, created, ended, updated }: Row): number {
  return state === "RUNNING" ? Date.now() : (ended ?? Math.max(created, updated));
}

/** When an execution ran, within the time of all that are shown. */
function Bar({ row, span }: { row: Row; span: Span }) {
  const whole = Math.max(1, span.end - span.start);
  const left = ((row.created - span.start) / whole) * 100;
  const width = ((endOf(row) - row.created) / whole) * 100;
  const style = { insetInlineStart: `${Math.min(left, 99)}%`, width: `${Math.max(1, Math.min(width, 100 - left))}%` };
  return (
    <span className="timeline-track" aria-hidden>
      <span className={`timeline-bar timeline-${(row.state ?? "unknown").toLowerCase()}`} style={style} />
    </span>
  );
}

interface MembersProps {
  readonly kind: "artifacts" | "executions";
  readonly filter?: string;
  readonly context?: string | undefined;
}

export function Members({ kind, filter = "", context }: MembersProps) {
  const listing = useListing({ kind, filter, query: undefined, sort: "-created", context });
  return (
    <Loaded query={listing}>
      {({ pages }) => {
        const rows = pages.flatMap((page) => page.rows);
        if (rows.length === 0) return <Empty title={`It holds no ${kind}`} />;
        return (
          <>
            <ul className={kind === "executions" ? "event-list timeline" : "event-list"}>
              {rows.map((row) => (
                <li key={row.key}>
                  <RecordChip card={row} />
                  {kind === "executions" && <Bar row={row} span={spanOf(rows)} />}
                  <span className="muted">
                    {row.state && row.state !== "UNKNOWN" && <StateBadge state={row.state} />}{" "}
                    <Ago time={row.created} />
                    {durationOf(row) !== undefined && ` · took ${formatDuration(durationOf(row) ?? 0)}`} ·{" "}
                    <Link to="/lineage" search={{ focus: row.key }}>
                      lineage
                    </Link>
                  </span>
                </li>
              ))}
            </ul>
            {listing.hasNextPage && (
              <Button loading={listing.isFetchingNextPage} onClick={() => void listing.fetchNextPage()}>
                More
              </Button>
            )}
          </>
        );
      }}
    </Loaded>
  );
}
