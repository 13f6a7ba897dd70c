// A time: relative for the eye, or the local date and time; UTC to the millisecond on hover.

import { formatAgo, formatIso, formatLocal, formatUtc } from "./times";

export function Ago({ time, exact = false }: { time?: number | null | undefined; exact?: boolean }) {
  if (time === undefined || time === null) return <span className="muted">–</span>;
  return (
    <time dateTime={formatIso(time)} title={formatUtc(time)} className="ago">
      {exact ? formatLocal(time) : formatAgo(time)}
    </time>
  );
}
