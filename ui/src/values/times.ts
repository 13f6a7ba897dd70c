// Times: local and relative for the eye, UTC with milliseconds for the record.

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** "2 h ago", "just now", "in 3 d"; a date from thirty days on. */
export function formatAgo(time: number, now = Date.now()): string {
  const age = now - time;
  const size = Math.abs(age);
  if (size < 45 * SECOND) return "just now";
  if (size >= 30 * DAY) return formatDate(time);
  const words = roundest(size);
  return age > 0 ? `${words} ago` : `in ${words}`;
}

function roundest(size: number): string {
  if (size < HOUR) return `${Math.max(1, Math.round(size / MINUTE))} min`;
  if (size < DAY) return `${Math.round(size / HOUR)} h`;
  return `${Math.round(size / DAY)} d`;
}

/** The local date: 2026-11-23. */
export function formatDate(time: number): string {
  const date = new Date(time);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** Local date and time to the second. */
export function formatLocal(time: number): string {
  const date = new Date(time);
  return `${formatDate(time)} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** UTC with milliseconds, as recorded. */
export function formatUtc(time: number): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? String(time) : `${date.toISOString().replace("T", " ").replace("Z", "")} UTC`;
}

function two(part: number): string {
  return String(part).padStart(2, "0");
}

/** "380 ms", "4.2 s", "2 min 5 s", "3 h 12 min", "2 d 4 h". */
export function formatDuration(size: number): string {
  if (size < SECOND) return `${Math.round(size)} ms`;
  if (size < MINUTE) return `${(size / SECOND).toFixed(size < 10 * SECOND ? 1 : 0)} s`;
  if (size < HOUR) return pair(size, MINUTE, "min", SECOND, "s");
  if (size < DAY) return pair(size, HOUR, "h", MINUTE, "min");
  return pair(size, DAY, "d", HOUR, "h");
}

function pair(size: number, large: number, largeName: string, small: number, smallName: string): string {
  const rest = Math.floor((size % large) / small);
  return `${Math.floor(size / large)} ${largeName}${rest ? ` ${rest} ${smallName}` : ""}`;
}
