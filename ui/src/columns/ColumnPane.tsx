// One column: what it is, what was measured and checked of it, where it comes from and goes to.

import { CloseButton } from "@mantine/core";
import { useEffect, useRef } from "react";
import type { Assertion, Column } from "../api/openlineage";
import { Ago } from "../values/Ago";
import { breakable } from "../values/names";
import { Pairs } from "../values/Pairs";
import { LongText } from "../values/Plain";
import { Steps } from "./Steps";
import { measuresOf } from "./words";

interface PaneProps {
  /** The id of the data set. */
  readonly id: string;
  readonly column: Column;
  readonly onClose: () => void;
}

export function ColumnPane({ id, column, onClose }: PaneProps) {
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    const heading = title.current;
    // Whoever chose a column by a key goes on reading here; on a narrow screen it is below the table.
    if (document.activeElement?.getAttribute("role") === "grid") heading?.focus();
    else if (heading && heading.getBoundingClientRect().top > window.innerHeight - 80) heading.scrollIntoView?.();
  }, []);
  return (
    <section className="column-pane" aria-label={`Column ${column.name}`}>
      <header>
        <h2 ref={title} tabIndex={-1}>
          <bdi>{breakable(column.name)}</bdi>
        </h2>
        {column.type && <code className="muted">{column.type}</code>}
        <CloseButton size="sm" aria-label="Close the column" onClick={onClose} />
      </header>
      {column.description && <LongText text={column.description} />}
      <Measured column={column} />
      <Checks checks={column.assertions} />
      <h3>Comes from</h3>
      <Steps id={id} column={column.name} direction="up" />
      <h3>Goes to</h3>
      <Steps id={id} column={column.name} direction="down" />
    </section>
  );
}

function Measured({ column }: { column: Column }) {
  const pairs = [
    ...column.tags.map(({ key, value }): [string, string] => [`Tag ${key}`, value || "–"]),
    ...measuresOf(column),
  ];
  if (pairs.length === 0) return null;
  return <Pairs pairs={pairs} />;
}

function Checks({ checks }: { checks: readonly Assertion[] }) {
  if (checks.length === 0) return null;
  return (
    <>
      <h3>Checks</h3>
      <ul className="column-checks">
        {checks.map((check) => (
          <li key={`${check.assertion} ${check.name}`}>
            <strong className={check.is_passed ? "tone-done" : "tone-failed"}>
              {check.is_passed ? "✓ passed" : "✗ failed"}
            </strong>{" "}
            <bdi>{check.name}</bdi>
            {check.name !== check.assertion && <span className="muted"> {check.assertion}</span>}
            {check.severity && <span className="muted"> ({check.severity})</span>}
            {check.expected && <bdi> · expected {check.expected}</bdi>}
            {check.actual && <bdi> · found {check.actual}</bdi>} · <Ago time={check.time} />
          </li>
        ))}
      </ul>
    </>
  );
}
