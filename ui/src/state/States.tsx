// What a panel shows when it has no data: loading, empty, failed. Each says what to do next.

import { Button } from "@mantine/core";
import { IconAlertTriangle, IconClock, IconLock, IconRefresh } from "@tabler/icons-react";
import { type ReactNode, useEffect, useMemo, useState } from "react";
import { Problem } from "../api/problem";
import { CopyButton } from "../values/CopyButton";
import { Deleted } from "./Deleted";
import { isShared, useTrouble } from "./retries";

/** Grey rows, after 150 ms: what loads faster must not flicker. */
export function Loading({ rows = 6, label = "Loading" }: { rows?: number; label?: string }) {
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), 150);
    return () => clearTimeout(timer);
  }, []);
  if (!shown) return <span className="late" hidden />;
  return (
    <div className="skeleton" role="status" aria-label={label}>
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the rows have no other name
        <div key={row} className={`skeleton-row skeleton-${row % 4}`} />
      ))}
    </div>
  );
}

export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <h2>{title}</h2>
      {children}
    </div>
  );
}

/**
 * An error. What is wrong with this part is said here: what went wrong, the request's id to report, a way to try again. What
 * is wrong with the server is said once for all parts (Notices.tsx); this part says that it waits, and is tried again.
 */
export function Failed({ error, retry }: { error: unknown; retry?: () => unknown }) {
  const problem = useMemo(() => Problem.from(error), [error]);
  const isWaiting = isShared(error);
  useTrouble(isWaiting ? problem : undefined, retry);
  if (isWaiting) return <Waiting isOffline={problem.kind === "offline"} />;
  if (problem.deletion) return <Deleted deletion={problem.deletion} />;
  const Icon = problem.kind === "forbidden" ? IconLock : IconAlertTriangle;
  return (
    <div className={`failed failed-${problem.kind}`} role="alert">
      <Icon size={20} aria-hidden />
      <div>
        <strong>{problem.title}</strong>
        <p>{problem.detail}</p>
        {problem.page && (
          <p>
            <a href={problem.page} target="_blank" rel="noopener">
              More about it
            </a>
          </p>
        )}
        {problem.requestId && (
          <p className="muted">
            Request <code>{problem.requestId}</code>{" "}
            <CopyButton value={problem.requestId} label="Copy the request's id" />
          </p>
        )}
        {retry && problem.kind !== "forbidden" && (
          <Button leftSection={<IconRefresh size={14} />} onClick={retry}>
            Try again
          </Button>
        )}
      </div>
    </div>
  );
}

function Waiting({ isOffline }: { isOffline: boolean }) {
  return (
    <p className="waiting muted">
      <IconClock size={16} aria-hidden /> {isOffline ? "Waiting for the server" : "Could not be loaded, and is retried"}
    </p>
  );
}

interface LoadedProps<Data> {
  readonly query: { data: Data | undefined; error: unknown; isPending: boolean; refetch: () => unknown };
  readonly rows?: number;
  readonly children: (data: Data) => ReactNode;
}

/** The data of a query, or what stands in its place. */
export function Loaded<Data>({ query, rows, children }: LoadedProps<Data>) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.error) return <Failed error={query.error} retry={() => query.refetch()} />;
  return rows === undefined ? <Loading /> : <Loading rows={rows} />;
}
