// Why an execution did not complete: in words, in one line, or as a note. What stays out: the traceback (FailureNote.tsx).

import type { Card, Node } from "../api/shapes";

export type Failure = NonNullable<Card["failure"]>;

/** The reason in words: "MemoryError: out of memory". */
export function sayFailure({ type, message }: Pick<Failure, "type" | "message">): string {
  return type && message ? `${type}: ${message}` : type || message;
}

/** A record without the labels and properties whose texts the note at its top shows already. */
export function withoutReason(record: Node): Node {
  const { failure } = record;
  if (!failure) return record;
  const said = new Set<unknown>([failure.type, failure.message, failure.traceback]);
  const others = <Each,>(named: Readonly<Record<string, Each>>, textOf: (each: Each) => unknown) =>
    Object.fromEntries(Object.entries(named).filter(([, each]) => !said.has(textOf(each))));
  return {
    ...record,
    labels: others(record.labels, (text) => text),
    properties: others(record.properties, ({ value }) => value),
    custom_properties: others(record.custom_properties, ({ value }) => value),
  };
}

const CUT = "… (the record has all of it)";

/** One line, cut by the width it has; all of what is known of it on hover. */
export function FailureLine({ failure, fallback }: { failure: Failure | null; fallback?: string }) {
  if (!failure) return fallback ? <span className="muted">{fallback}</span> : null;
  const text = sayFailure(failure);
  return (
    <span className="failure-line" title={failure.is_cut ? text + CUT : text}>
      <bdi>
        {failure.type && <strong>{failure.type}</strong>}
        {failure.type && failure.message ? ": " : ""}
        {failure.message.split("\n", 1)[0]}
      </bdi>
    </span>
  );
}

/** The reason beside other facts of a record, as long as it is sent. */
export function FailureBrief({ failure: { type, message, is_cut: isCut } }: { failure: Omit<Failure, "traceback"> }) {
  return (
    <p className="failure-brief">
      <strong>{type ?? "It failed"}</strong>{" "}
      <bdi>
        {message}
        {isCut && CUT}
      </bdi>
    </p>
  );
}
