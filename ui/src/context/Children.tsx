// The contexts below a context: the task runs of a pipeline run, the jobs of a schedule; the newest first.

import { Button } from "@mantine/core";
import { useChildren } from "../api/runs";
import { Empty, Loaded } from "../state/States";
import { Ago } from "../values/Ago";
import { count } from "../values/numbers";
import { RecordChip } from "../values/RecordChip";

export function Children({ context }: { context: string }) {
  const children = useChildren(context);
  return (
    <Loaded query={children}>
      {({ pages }) => {
        const rows = pages.flatMap((page) => page.items);
        if (rows.length === 0) return <Empty title="No context is below it" />;
        return (
          <>
            <ul className="event-list">
              {rows.map((row) => (
                <li key={row.key}>
                  <RecordChip card={row} />
                  <span className="muted">
                    <Ago time={row.created} />
                  </span>
                </li>
              ))}
            </ul>
            {children.hasNextPage && (
              <p className="more-line">
                <span className="muted">The newest {count(rows.length, "context")}.</span>
                <Button loading={children.isFetchingNextPage} onClick={() => void children.fetchNextPage()}>
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

/** How many contexts are below it, of those that were asked for: "60+"; "" for none. */
export function useChildCount(context: string | undefined): string {
  const first = useChildren(context).data?.pages[0];
  if (!first || first.items.length === 0) return "";
  return `${first.items.length}${first.next_cursor ? "+" : ""}`;
}
