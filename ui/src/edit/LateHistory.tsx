// The history of a record, loaded when it is looked at.

import { lazy, Suspense, useState } from "react";
import type { Node } from "../api/shapes";
import { loadPart } from "../app/loadPart";
import { Loading } from "../state/States";

const History = lazy(() => loadPart(() => import("./History")));

export function LateHistory({ record }: { record: Node }) {
  return (
    <Suspense fallback={<Loading />}>
      <History record={record} />
    </Suspense>
  );
}

/** The same where a page has no tabs: folded, and read when it is opened. */
export function FoldedHistory({ record }: { record: Node }) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <details className="internal" onToggle={(event) => setIsOpen(event.currentTarget.open)}>
      <summary>History</summary>
      {isOpen && <LateHistory record={record} />}
    </details>
  );
}
