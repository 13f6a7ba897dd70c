// A record of metrics: its values first, then the model and the data set that they are about.

import { useNodes } from "../api/details";
import type { Node } from "../api/shapes";
import { familyOf } from "../lineage/looks";
import { metricNames } from "../values/humanNames";
import { count, formatNumber, toNumber } from "../values/numbers";
import { RecordChip } from "../values/RecordChip";

const SHOWN = 24;

/** Whether an artifact is there for the values that it reports. */
export function isMetricsRecord(artifact: Node): boolean {
  if (subjectOf(artifact, "model_id") !== undefined) return true;
  return artifact.headline.length > 0 && familyOf(artifact.type, artifact.kind) === "metric";
}

export function MetricsRecord({ artifact }: { artifact: Node }) {
  const names = Object.keys(artifact.metrics).filter((name) => !name.startsWith("__"));
  const ordered = [...artifact.headline, ...names.filter((name) => !artifact.headline.includes(name)).sort()];
  const called = metricNames(ordered);
  return (
    <section className="metrics-record" aria-label="Values">
      {ordered.length === 0 && <p className="muted">It holds no numbers.</p>}
      <dl className="figures">
        {ordered.slice(0, SHOWN).map((name) => (
          <div key={name}>
            <dt title={name}>
              <bdi>{called.get(name)}</bdi>
            </dt>
            <dd title={String(artifact.metrics[name]?.last)}>{shown(artifact.metrics[name]?.last)}</dd>
          </div>
        ))}
      </dl>
      {ordered.length > SHOWN && <p className="muted">{count(ordered.length - SHOWN, "more value")} under Metrics.</p>}
      <Subjects artifact={artifact} />
    </section>
  );
}

function shown(value: unknown): string {
  const number = toNumber(value);
  return number === null ? "–" : formatNumber(number);
}

const SUBJECTS = [
  ["model_id", "Of the model"],
  ["data_set_id", "Measured on"],
] as const;

function Subjects({ artifact }: { artifact: Node }) {
  const ids = SUBJECTS.map(([field, says]) => ({ says, id: subjectOf(artifact, field) }));
  const known = ids.flatMap(({ id }) => (id && /^\d{1,18}$/.test(id) ? [id] : []));
  const found = useNodes("artifacts", known);
  const given = ids.filter(({ id }) => id !== undefined);
  if (given.length === 0) return null;
  return (
    <ul className="chip-list">
      {given.map(({ says, id }) => {
        const card = found.data?.items.find((item) => item.id === id);
        return (
          <li key={says}>
            <span className="muted">{says}</span> {card ? <RecordChip card={card} /> : <bdi className="mono">{id}</bdi>}
            {!card && found.isSuccess && <span className="muted"> (no artifact of this store)</span>}
          </li>
        );
      })}
    </ul>
  );
}

/** The id of what the values are about, as the SDK records it. */
function subjectOf(artifact: Node, field: string): string | undefined {
  const stated =
    artifact.properties[field]?.value ?? artifact.custom_properties[field]?.value ?? artifact.meta?.[field];
  return stated === undefined || stated === null || stated === "" ? undefined : String(stated);
}
