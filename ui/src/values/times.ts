// Times: local and relative for the eye, in the order that people write them; UTC with milliseconds for the record.

import { count } from "./numbers";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** "2 h ago", "just now", "in 3 days"; a date from thirty days on. */
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
  return count(Math.round(size / DAY), "day");
}

export const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/** The local date: 28 Nov 2026. */
export function formatDate(time: number): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return String(time);
  return `${date.getDate()} ${MONTHS[date.getMonth()]} ${date.getFullYear()}`;
}

/** Local date and time to the minute: 28 Nov 2026, 14:05. Evidence has seconds and a zone: formatExact. */
export function formatLocal(time: number): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return String(time);
  return `${formatDate(time)}, ${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** Local date and time to the second, for what follows quickly upon each other: 28 Nov 2026, 14:05:09. */
export function formatSeconds(time: number): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? String(time) : `${formatLocal(time)}:${two(date.getSeconds())}`;
}

/** Local date and time to the second with the zone, for what is shown as evidence: 28 Nov 2026, 14:05:09 UTC+1. */
export function formatExact(time: number): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? String(time) : `${formatSeconds(time)} ${zoneOf(-date.getTimezoneOffset())}`;
}

/** How far a clock is ahead of UTC, in minutes: "UTC", "UTC+5:30". */
export function zoneOf(ahead: number): string {
  if (ahead === 0) return "UTC";
  const [hours, minutes] = [Math.floor(Math.abs(ahead) / 60), Math.abs(ahead) % 60];
  return `UTC${ahead < 0 ? "-" : "+"}${hours}${minutes ? `:${two(minutes)}` : ""}`;
}

/** UTC for programs: 2026-11-28T14:05:09.123Z; undefined for what is no time. */
export function formatIso(time: number): string | undefined {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

/** UTC with milliseconds, as recorded. */
export function formatUtc(time: number): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? String(time) : `${date.toISOString().replace("T", " ").replace("Z", "")} UTC`;
}

function two(part: number): string {
  return String(part).padStart(2, "0");
}

/** "850 ms", "4.2 s", "2 min 5 s", "2 h 5 min", "1 day 4 h", "3 days". */
export function formatDuration(size: number): string {
  if (size < SECOND) return `${Math.floor(size)} ms`;
  if (size < 10 * SECOND) return `${(Math.floor(size / 100) / 10).toFixed(1)} s`;
  if (size < MINUTE) return `${Math.floor(size / SECOND)} s`;
  if (size < HOUR) return pair(size, MINUTE, "min", SECOND, "s");
  if (size < DAY) return pair(size, HOUR, "h", MINUTE, "min");
  const days = count(Math.floor(size / DAY), "day");
  const hours = Math.floor((size % DAY) / HOUR);
  return size < 3 * DAY && hours > 0 ? `${days} ${hours} h` : days;
}

function pair(size: number, large: number, largeName: string, small: number, smallName: string): string {
  const rest = Math.floor((size % large) / small);
  return `${Math.floor(size / large)} ${largeName}${rest ? ` ${rest} ${smallName}` : ""}`;
}
