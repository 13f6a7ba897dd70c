// The timeline of a workspace or run: its newest members first, each with the way to its lineage.

import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useListing } from "../api/listing";
import { durationOf } from "../api/shapes";
import { Empty, Loaded } from "../state/States";
import { Ago } from "../values/Ago";
import { RecordChip } from "../values/RecordChip";
import { StateBadge } from "../values/RecordIcon";
import { formatDuration } from "../values/times";

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
            <ul className="event-list">
              {rows.map((row) => (
                <li key={row.key}>
                  <RecordChip card={row} />
                  <span className="muted">
                    {row.state === "COMPLETE" && <StateBadge state={row.state} />} <Ago time={row.created} />
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
