// Changes to a list's filter by clicks: the server writes each, one after the other, so that quick clicks add up.

import { useEffect, useRef, useState } from "react";
import { type Edit, editFilter } from "../api/searches";

/** What changes the filter, and why the last change failed; then the filter is as it was. */
export function useFilterEdits(filter: string, onFilter: (filter: string) => void) {
  const latest = useRef(Promise.resolve(filter));
  const waiting = useRef(0);
  const [error, setError] = useState<unknown>();
  useEffect(() => {
    if (waiting.current === 0) latest.current = Promise.resolve(filter);
    setError(undefined);
  }, [filter]);
  const edit = (change: Edit) => {
    const before = latest.current;
    const after = before.then((text) => editFilter(text, change));
    latest.current = after.catch(() => before);
    waiting.current += 1;
    after.then(onFilter, setError).finally(() => {
      waiting.current -= 1;
    });
  };
  return { edit, error };
}
