// What an axis of time says at its ticks: the day where it changes, else the time of day.

import { DAY, MONTHS } from "./times";

/**
 * The words of ticks. The first one, and each one on another day, says its date; the year is said where it changes.
 *
 * @param ticks seconds since the epoch, in ascending order.
 * @param step the seconds between two ticks.
 */
export function timeTicks(ticks: readonly number[], step: number): string[] {
  let [day, year] = ["", ""];
  return ticks.map((tick, at) => {
    const date = new Date(tick * 1000);
    const today = `${date.getDate()} ${MONTHS[date.getMonth()]}`;
    const thisYear = String(date.getFullYear());
    const isNewYear = at > 0 && thisYear !== year;
    const isNewDay = today !== day || isNewYear;
    [day, year] = [today, thisYear];
    if (step * 1000 >= 28 * DAY) return `${MONTHS[date.getMonth()]}${at === 0 || isNewYear ? `\n${thisYear}` : ""}`;
    if (step * 1000 >= DAY) return `${today}${at === 0 || isNewYear ? `\n${thisYear}` : ""}`;
    return `${clock(date, step)}${isNewDay ? `\n${today}` : ""}`;
  });
}

function clock(date: Date, step: number): string {
  const two = (part: number, length = 2) => String(part).padStart(length, "0");
  const minutes = `${two(date.getHours())}:${two(date.getMinutes())}`;
  if (step >= 60) return minutes;
  if (step >= 1) return `${minutes}:${two(date.getSeconds())}`;
  return `:${two(date.getSeconds())}.${two(date.getMilliseconds(), 3)}`;
}
