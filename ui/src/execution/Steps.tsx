// What an execution is a part of, and its own parts: steps that steps call.

import type { Node } from "../api/shapes";
import { durationOf } from "../api/shapes";
import { Ago } from "../values/Ago";
import { NamedLink } from "../values/NamedLink";
import { formatCount } from "../values/numbers";
import { Pairs } from "../values/Pairs";
import { RecordChip } from "../values/RecordChip";
import { formatDuration } from "../values/times";

export function PartOf({ execution }: { execution: Node }) {
  if (!execution.part_of) return null;
  return <Pairs pairs={[["Part of", <NamedLink key="parent" record={execution.part_of} />]]} />;
}

export function Steps({ execution }: { execution: Node }) {
  const steps = execution.steps;
  if (!steps) return null;
  const more = steps.total - steps.items.length;
  return (
    <section aria-label="Steps">
      <h2>
        Steps <span className="count">{formatCount(steps.total)}</span>
      </h2>
      <ul className="event-list">
        {steps.items.map((step) => (
          <li key={step.key}>
            <RecordChip card={step} />
            <StepTimes step={step} />
          </li>
        ))}
      </ul>
      {more > 0 && <p className="muted">{formatCount(more)} more are not shown here.</p>}
    </section>
  );
}

function StepTimes({ step }: { step: NonNullable<Node["steps"]>["items"][number] }) {
  const duration = durationOf(step);
  return (
    <span className="muted">
      {step.failure?.type && <bdi>{step.failure.type} · </bdi>}
      {duration !== undefined && `${formatDuration(duration)} · `}
      <Ago time={step.started ?? step.created} />
    </span>
  );
}
