// What a workspace or run holds: its executions on a timeline, or its artifacts, the newest first.

import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useHidden, useListing } from "../api/listing";
import type { Row } from "../api/shapes";
import { Empty, Loaded } from "../state/States";
import { Ago } from "../values/Ago";
import { count } from "../values/numbers";
import { RecordChip } from "../values/RecordChip";
import { Timeline } from "./Timeline";

interface MembersProps {
  readonly kind: "artifacts" | "executions";
  readonly filter?: string;
  readonly context?: string | undefined;
  /** How many there are. */
  readonly total?: number | undefined;
  /** Of which the oldest come first: of a run, which has a beginning. A workspace goes on, and shows its newest. */
  readonly oldestFirst?: boolean;
}

export function Members({ kind, filter = "", context, total, oldestFirst = false }: MembersProps) {
  const sort = oldestFirst ? "created" : "-created";
  const [isShown, setIsShown] = useState(false);
  const asked = { kind, filter, query: undefined, sort, context, unarchived: !isShown };
  const listing = useListing(asked);
  const hidden = useHidden(asked, listing.isSuccess);
  const shown = total === undefined ? undefined : total - (isShown ? 0 : hidden);
  const left = hidden > 0 && (
    <p className="muted">
      {count(hidden, `archived ${kind.slice(0, -1)}`)} {hidden === 1 ? "is" : "are"} {isShown ? "shown" : "hidden"} ·{" "}
      <button type="button" className="link-button" onClick={() => setIsShown(!isShown)}>
        {isShown ? "Hide" : "Show"}
      </button>
    </p>
  );
  return (
    <Loaded query={listing}>
      {({ pages }) => {
        const rows = pages.flatMap((page) => page.rows);
        if (rows.length === 0)
          return (
            <Empty title={`It holds no ${kind}${left ? " but archived ones" : ""}`}>
              {left ||
                (kind === "artifacts" && <p className="muted">What its executions read and wrote is in its graph.</p>)}
            </Empty>
          );
        return (
          <>
            {kind === "executions" ? <Timeline rows={rows} /> : <Artifacts rows={rows} />}
            {left}
            {listing.hasNextPage && (
              <p className="more-line">
                <span className="muted">
                  The {oldestFirst ? "first" : "newest"} {count(rows.length, kind.slice(0, -1))}
                  {shown !== undefined && ` of ${count(shown, kind.slice(0, -1))}`}.
                </span>
                <Button loading={listing.isFetchingNextPage} onClick={() => void listing.fetchNextPage()}>
                  More
                </Button>
              </p>
            )}
          </>
        );
      }}
    </Loaded>
  );
}

function Artifacts({ rows }: { rows: readonly Row[] }) {
  return (
    <ul className="event-list">
      {rows.map((row) => (
        <li key={row.key}>
          <RecordChip card={row} />
          <span className="muted">
            <Ago time={row.created} /> ·{" "}
            <Link to="/lineage" search={{ focus: row.key }}>
              lineage
            </Link>
          </span>
        </li>
      ))}
    </ul>
  );
}
