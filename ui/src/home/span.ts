// The span of time that the home view is about: what ran last night, unless somebody chooses another one.

import { DAY, formatLocal } from "../values/times";

/** How many records a panel shows. */
export const SHOWN = 8;
const EVENING = 18;
const MINUTE = 60_000;

export const SPANS = [
  { value: "night", label: "since 18:00 yesterday" },
  { value: "24h", label: "in the last 24 hours" },
  { value: "7d", label: "in the last 7 days" },
  { value: "30d", label: "in the last 30 days" },
] as const;
export type Span = (typeof SPANS)[number]["value"];

export function spanOf(text: string | undefined): Span {
  return SPANS.find(({ value }) => value === text)?.value ?? "night";
}

/** When a span began, in milliseconds since the epoch and whole minutes, so that a second question is the same one. */
export function beginningOf(span: Span, now = Date.now()): number {
  if (span === "night") return new Date(now).setHours(EVENING - 24, 0, 0, 0);
  const days = span === "24h" ? 1 : Number.parseInt(span, 10);
  return Math.floor((now - days * DAY) / MINUTE) * MINUTE;
}

/** "since 27 Nov 2026, 18:00" */
export function saySince(since: number): string {
  return `since ${formatLocal(since)}`;
}
