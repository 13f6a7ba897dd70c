// The events of a record: what was read and written, when, and where in the inputs and outputs.

import { Button } from "@mantine/core";
import { useEvents } from "../api/details";
import type { Neighbour } from "../api/shapes";
import { Loaded } from "../state/States";
import { Ago } from "../values/Ago";
import { count, formatCount } from "../values/numbers";
import { RecordChip } from "../values/RecordChip";

interface EventListProps {
  readonly kind: "artifacts" | "executions";
  readonly id: string;
}

export function EventList({ kind, id }: EventListProps) {
  return (
    <div className="events">
      <EventTable kind={kind} id={id} direction="output" title={kind === "artifacts" ? "Written by" : "Outputs"} />
      <EventTable kind={kind} id={id} direction="input" title={kind === "artifacts" ? "Read by" : "Inputs"} />
    </div>
  );
}

interface EventTableProps extends EventListProps {
  readonly direction: "input" | "output";
  readonly title: string;
  /** How many artifacts at the other end were deleted, as far as that is known. */
  readonly deleted?: number;
}

export function EventTable({ kind, id, direction, title, deleted = 0 }: EventTableProps) {
  const events = useEvents(kind, id, direction);
  return (
    <section aria-label={title}>
      <Loaded query={events} rows={3}>
        {({ pages }) => (
          <>
            <h2>
              {title} <span className="count">{formatCount(pages[0]?.total ?? 0)}</span>
            </h2>
            <ul className="event-list">
              {pages
                .flatMap(({ items }) => items)
                .map((event, at) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: two events may be equal
                  <EventRow key={at} event={event} />
                ))}
            </ul>
            {pages[0]?.total === 0 && deleted === 0 && <p className="muted">None.</p>}
            {deleted > 0 && (
              <p className="muted">
                {count(deleted, direction)} {deleted === 1 ? "was" : "were"} deleted (see History).
              </p>
            )}
          </>
        )}
      </Loaded>
      {events.hasNextPage && (
        <Button onClick={() => void events.fetchNextPage()} loading={events.isFetchingNextPage}>
          More
        </Button>
      )}
    </section>
  );
}

function EventRow({ event: { event, node } }: { event: Neighbour }) {
  const path = event.path.map((step) => step.key ?? step.index).join(" / ");
  return (
    <li>
      <RecordChip card={node} />
      <span className="muted">
        {event.type.toLowerCase().replaceAll("_", " ")}
        {path && <bdi> at {path}</bdi>} · <Ago time={event.time} exact />
      </span>
    </li>
  );
}
