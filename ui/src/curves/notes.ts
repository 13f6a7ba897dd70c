// What a chart does not show, in words with numbers: nothing is left out silently.

import { count, formatCount } from "../values/numbers";
import type { CurveLine } from "./lines";

/**
 * @param isLogAsked whether a logarithmic axis was asked for.
 * @param isLog whether there is one.
 */
export function notesOf(lines: readonly CurveLine[], isLogAsked: boolean, isLog: boolean): string[] {
  const sum = (of: (line: CurveLine) => number) => lines.reduce((total, line) => total + of(line), 0);
  const notes: string[] = [];
  if (lines.length === 0) notes.push("No points here.");
  const notFinite = sum((line) => line.notFinite);
  if (notFinite > 0)
    notes.push(`${count(notFinite, "value")} ${isOrAre(notFinite)} NaN or infinite: × and ▲▼ at the edges.`);
  const notPositive = sum((line) => line.notPositive);
  if (isLog && notPositive > 0)
    notes.push(
      `${count(notPositive, "value")} of 0 or less ${notPositive === 1 ? "has" : "have"} no place on a logarithmic axis.`,
    );
  if (isLogAsked && !isLog && lines.length > 0) notes.push("No value is above 0, so the axis is not logarithmic.");
  if (lines.some(({ isThinned }) => isThinned)) {
    const drawn = sum(({ xs }) => xs.length);
    notes.push(
      `${formatCount(drawn)} of ${count(
        sum(({ total }) => total),
        "point",
      )} drawn, with all peaks. Zoom in for more.`,
    );
  }
  return notes;
}

function isOrAre(number: number): string {
  return number === 1 ? "is" : "are";
}
