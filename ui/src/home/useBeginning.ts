// When the span of the home view began, as time goes on: a view that stays open over midnight shows the next night.

import { useEffect, useState } from "react";
import { beginningOf, type Span } from "./span";

const EVERY = 60_000;

/** In milliseconds since the epoch; it moves on once a minute. */
export function useBeginning(span: Span): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), EVERY);
    return () => clearInterval(timer);
  }, []);
  return beginningOf(span, now);
}
