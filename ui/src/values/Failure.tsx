// Why an execution did not complete: in one line, or as a whole with the traceback folded.

import type { Card, Node } from "../api/shapes";
import { CopyButton } from "./CopyButton";

type Failure = NonNullable<Card["failure"]>;

/** The reason in words: "MemoryError: out of memory". */
export function sayFailure({ type, message }: Failure): string {
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

/** One line, cut by the width it has; all of what is known of it on hover. */
export function FailureLine({ failure, fallback }: { failure: Failure | null; fallback?: string }) {
  if (!failure) return fallback ? <span className="muted">{fallback}</span> : null;
  const text = sayFailure(failure);
  return (
    <span className="failure-line" title={failure.is_cut ? `${text}… (the record has all of it)` : text}>
      <bdi>
        {failure.type && <strong>{failure.type}</strong>}
        {failure.type && failure.message ? ": " : ""}
        {failure.message.split("\n", 1)[0]}
      </bdi>
    </span>
  );
}

/** The whole reason, first of all on the page of an execution. */
export function FailureNote({ failure, state }: { failure: Failure | null; state: string | null }) {
  if (!failure && state !== "FAILED") return null;
  const verb = state === "CANCELED" ? "It was cancelled" : "It failed";
  if (!failure) {
    return (
      <div className="failed" role="note">
        <strong>{verb}.</strong> <span>No reason is recorded with it.</span>
      </div>
    );
  }
  return (
    <section className="failed failure" aria-label="Why it did not complete">
      <div>
        <p>
          <strong>{failure.type ? `${verb}: ${failure.type}` : `${verb}.`}</strong>{" "}
          <CopyButton
            value={[sayFailure(failure), failure.traceback].filter(Boolean).join("\n\n")}
            label="Copy the reason"
          />
        </p>
        {failure.message && <pre>{failure.message}</pre>}
        {failure.traceback && (
          <details>
            <summary>Traceback</summary>
            <div className="snippet">
              <pre className="raw">{failure.traceback}</pre>
              <CopyButton value={failure.traceback} label="Copy the traceback" />
            </div>
          </details>
        )}
      </div>
    </section>
  );
}
