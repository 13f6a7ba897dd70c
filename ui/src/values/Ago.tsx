// A time: relative for the eye, or exact: local date and time with seconds and zone. UTC to the millisecond on hover.

import { formatAgo, formatExact, formatIso, formatUtc } from "./times";

export function Ago({ time, exact = false }: { time?: number | null | undefined; exact?: boolean }) {
  if (time === undefined || time === null) return <span className="muted">–</span>;
  return (
    <time dateTime={formatIso(time)} title={formatUtc(time)} className="ago">
      {exact ? formatExact(time) : formatAgo(time)}
    </time>
  );
}
