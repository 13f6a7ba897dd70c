// Why an execution did not complete, as a whole: the message, and the traceback folded.

import { CopyButton } from "./CopyButton";
import { type Failure, sayFailure } from "./Failure";

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
