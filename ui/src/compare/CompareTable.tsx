// The table of a comparison: a field a row, a record a column. The best metrics are marked, texts compared by words.

import { ActionIcon, Button } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { useMemo } from "react";
import { toggledItem } from "../app/search";
import { Empty } from "../state/States";
import { BestMark } from "../values/BestMark";
import { DirectionMark } from "../values/DirectionMark";
import { bestPlaces, metricDirection } from "../values/metricDirection";
import { breakable } from "../values/names";
import { formatDelta } from "../values/numbers";
import { RecordChip } from "../values/RecordChip";
import { type TypedValue, Value } from "../values/Value";
import { type CompareRow, deltaOf, numbersOf } from "./table";
import type { CompareProps } from "./useCompared";
import { compareTexts, hasWordsInCommon, isLongText } from "./words";

export function CompareTable(props: CompareProps) {
  const { comparison, search } = props;
  const { nodes, rows } = comparison;
  const shown = search.all ? rows : rows.filter(({ differs }) => differs);
  const sections = [...new Set(shown.map(({ section }) => section))];
  if (shown.length === 0) return <Empty title="No field of these records differs" />;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section className="scroll-x compare-scroll" tabIndex={0} aria-label="Fields side by side">
      <table className="table compare-table">
        <Head {...props} />
        {sections.map((section) => (
          <tbody key={section}>
            <tr className="compare-section">
              <th scope="rowgroup" colSpan={nodes.length + 1}>
                {section}
              </th>
            </tr>
            {shown
              .filter((row) => row.section === section)
              .map((row) => (
                <Row key={row.key} row={row} {...props} />
              ))}
          </tbody>
        ))}
      </table>
    </section>
  );
}

function Head({ comparison, search, change }: CompareProps) {
  const { nodes } = comparison;
  const without = (key: string) => nodes.map((node) => node.key).filter((other) => other !== key);
  return (
    <thead>
      <tr>
        <th scope="col">Field</th>
        {nodes.map((node) => (
          <th key={node.key} scope="col">
            <RecordChip card={node} />
            {/* Executions of one name have no versions that tell them apart. */}
            {!node.version && <span className="muted mono"> {node.key}</span>}
            <span className="compare-tools">
              <Button
                variant={node.key === search.base ? "light" : "subtle"}
                aria-pressed={node.key === search.base}
                onClick={() => change({ base: node.key === search.base ? "" : node.key })}
              >
                baseline
              </Button>
              {nodes.length > 2 && (
                <ActionIcon
                  size={24}
                  aria-label={`Leave out ${node.name ?? node.key} ${node.version ?? ""}`}
                  onClick={() => change({ ids: without(node.key).join(",") })}
                >
                  <IconX size={14} />
                </ActionIcon>
              )}
            </span>
          </th>
        ))}
      </tr>
    </thead>
  );
}

function Row({ row, comparison, search, turned, change }: CompareProps & { row: CompareRow }) {
  const isMetric = row.section === "Metrics";
  const direction = metricDirection(row.name, turned);
  const best = isMetric ? bestPlaces(numbersOf(row), direction) : new Set<number>();
  const base = comparison.nodes.findIndex(({ key }) => key === search.base);
  return (
    <tr className={row.differs ? "differs" : ""}>
      <th scope="row" title={row.name}>
        <bdi>{breakable(row.title)}</bdi>
        {isMetric && (
          <DirectionMark
            metric={row.name}
            direction={direction}
            onTurn={() => change({ turned: toggledItem(search.turned, row.name) })}
          />
        )}
      </th>
      {row.values.map((value, at) => {
        const delta = base < 0 || at === base ? null : deltaOf(value, row.values[base]);
        const before = row.values[Math.max(0, base)];
        const isText = at !== Math.max(0, base) && isLongText(value?.value) && isLongText(before?.value);
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: the columns have this order
          <td key={at} className={best.has(at) ? "is-best" : ""}>
            {best.has(at) && <BestMark />}
            {isText ? (
              <Words before={String(before?.value)} after={value as TypedValue & { value: string }} />
            ) : value ? (
              <Value {...value} />
            ) : (
              <span className="muted">–</span>
            )}
            {delta !== null && <span className={`delta ${delta > 0 ? "up" : "down"}`}>{formatDelta(delta)}</span>}
          </td>
        );
      })}
    </tr>
  );
}

/** A text with what was taken out and put in since another. */
function Words({ before, after }: { before: string; after: TypedValue & { value: string } }) {
  const pieces = useMemo(() => compareTexts(before, after.value), [before, after.value]);
  if (!hasWordsInCommon(pieces)) return <Value {...after} />;
  return (
    <span className="words">
      {pieces.map(({ text, change }, at) => {
        // biome-ignore lint/suspicious/noArrayIndexKey: the pieces have this order
        if (change === "same") return <span key={at}>{text}</span>;
        const Piece = change === "out" ? "del" : "ins";
        // biome-ignore lint/suspicious/noArrayIndexKey: the pieces have this order
        return <Piece key={at}>{text}</Piece>;
      })}
    </span>
  );
}
