// The axes of charts of many records: numbers on a line from least to greatest, words in places. No drawing here.

import { compareValues } from "../values/numbers";
import { type CompareRow, isNumeric, numbersOf, type Section, wordOf } from "./table";
import { isLongText } from "./words";

export interface ChartAxis {
  readonly row: CompareRow;
  /** Where each record stands, from 0 to 1; null where it has no value. */
  readonly places: readonly (number | null)[];
  /** What stands at the ends, or at each place of words. */
  readonly marks: readonly { readonly place: number; readonly value: number | string }[];
  readonly isLog: boolean;
}

const MOST_WORDS = 12;
/** From so many times the least value on, numbers stand by their size and not by their difference. */
const LOG_FROM = 100;

const AXES: ReadonlySet<Section> = new Set([
  "Metrics",
  "Parameters of the execution that made it",
  "Parameters and properties",
  "Labels",
]);

/** The rows that can be an axis: what differs and is a number, or one of a few words. */
export function axisRows(rows: readonly CompareRow[]): CompareRow[] {
  return rows.filter(
    (row) =>
      row.differs &&
      AXES.has(row.section) &&
      (isNumeric(row) || (new Set(row.values.map(wordOf)).size <= MOST_WORDS && !row.values.some(isLong))),
  );
}

function isLong(value: CompareRow["values"][number]): boolean {
  return isLongText(value?.value);
}

export function axisOf(row: CompareRow): ChartAxis {
  return isNumeric(row) ? numberAxis(row) : wordAxis(row);
}

function numberAxis(row: CompareRow): ChartAxis {
  const numbers = numbersOf(row).map((number) => (number !== null && Number.isFinite(number) ? number : null));
  const known = numbers.filter((number) => number !== null);
  const [least, greatest] = [Math.min(...known), Math.max(...known)];
  const isLog = least > 0 && greatest / least >= LOG_FROM;
  const scale = (number: number) => (isLog ? Math.log(number) : number);
  const span = scale(greatest) - scale(least);
  const places = numbers.map((number) =>
    number === null ? null : span > 0 ? (scale(number) - scale(least)) / span : 0.5,
  );
  const marks =
    span > 0
      ? [
          { place: 0, value: least },
          { place: 1, value: greatest },
        ]
      : [{ place: 0.5, value: least }];
  return { row, places, marks, isLog };
}

function wordAxis(row: CompareRow): ChartAxis {
  const words = row.values.map((value) => (value === undefined ? null : wordOf(value)));
  const known = [...new Set(words.filter((word) => word !== null))].sort(compareValues);
  const placeOf = new Map(known.map((word, at) => [word, known.length > 1 ? at / (known.length - 1) : 0.5]));
  return {
    row,
    places: words.map((word) => (word === null ? null : (placeOf.get(word) ?? null))),
    marks: known.map((word) => ({ place: placeOf.get(word) as number, value: word })),
    isLog: false,
  };
}

/** The row of a key of the address. Older addresses have "recall (macro)", or a name alone: the first row of that name. */
export function rowNamed(rows: readonly CompareRow[], key: string | undefined): CompareRow | undefined {
  if (key === undefined) return undefined;
  const ways = [(row: CompareRow) => row.key, (row: CompareRow) => row.former, (row: CompareRow) => row.name];
  for (const way of ways) {
    const found = rows.find((row) => way(row) === key);
    if (found) return found;
  }
  return undefined;
}
