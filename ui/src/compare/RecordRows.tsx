// Many records: a record a row, with the parameters and metrics that differ as columns; sorted by a click on the head.

import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { pageOf } from "../api/shapes";
import { BestMark } from "../values/BestMark";
import { bestPlaces, directionWords, metricDirection } from "../values/metricDirection";
import { compareValues, formatNumber } from "../values/numbers";
import { type CompareRow, isFailure, numbersOf, wordOf } from "./table";
import type { CompareProps } from "./useCompared";

export function RecordRows({ comparison, names, search, turned }: CompareProps) {
  const { nodes, rows } = comparison;
  const shown = columnsOf(rows, Boolean(search.all));
  const [sorted, setSorted] = useState<{ key: string; down: boolean }>();
  const column = shown.find(({ key }) => key === sorted?.key);
  const order = orderBy(nodes.length, column, sorted?.down ?? false);
  const sortBy = (key: string) => setSorted({ key, down: sorted?.key === key ? !sorted.down : true });
  const ariaOf = (row: CompareRow) => (row === column ? (sorted?.down ? "descending" : "ascending") : "none");
  const best = shown.map((row) =>
    row.section === "Metrics" ? bestPlaces(numbersOf(row), metricDirection(row.name, turned)) : new Set<number>(),
  );
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section className="scroll-x compare-scroll" tabIndex={0} aria-label="A record a row">
      <table className="table compare-table">
        <thead>
          <tr>
            <th scope="col">Record</th>
            {shown.map((row) => (
              <th key={row.key} scope="col" aria-sort={ariaOf(row)}>
                <button
                  type="button"
                  className="link-button"
                  title={`${row.name}: ${row.section === "Metrics" ? directionWords(metricDirection(row.name, turned)) : row.section}`}
                  onClick={() => sortBy(row.key)}
                >
                  <bdi>{row.title}</bdi>
                  {row === column && (sorted?.down ? " ↓" : " ↑")}
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {order.map((at) => {
            const node = nodes[at] as (typeof nodes)[number];
            return (
              <tr key={node.key}>
                <th scope="row">
                  <Link to={pageOf(node)} params={{ id: node.id }}>
                    <bdi>{names[at]}</bdi>
                  </Link>
                </th>
                {shown.map((row, place) => (
                  <td key={row.key} className="number" title={wordOf(row.values[at])}>
                    {best[place]?.has(at) && <BestMark />}
                    {shortWord(row, at)}
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

/** The rows that are columns here: what differs, or all; of the records themselves only why executions failed. */
export function columnsOf(rows: readonly CompareRow[], all: boolean): CompareRow[] {
  return rows.filter((row) => (row.section !== "Record" || isFailure(row)) && (row.differs || all));
}

/** The places of records in the order of a column; those without a value come last. */
export function orderBy(length: number, column: CompareRow | undefined, down: boolean): number[] {
  const order = Array.from({ length }, (_, at) => at);
  if (!column) return order;
  return order.sort((left, right) => {
    const [one, other] = [column.values[left], column.values[right]];
    if (!one || !other) return Number(!one) - Number(!other);
    return (down ? -1 : 1) * compareValues(one.value, other.value);
  });
}

const LONGEST = 40;

function shortWord(row: CompareRow, at: number): string {
  const number = numbersOf(row)[at];
  if (typeof number === "number") return formatNumber(number);
  const word = wordOf(row.values[at]);
  return word.length > LONGEST ? `${word.slice(0, LONGEST)}…` : word;
}
