// The numbers that stand for an artifact, at the top of its page, and how they went over its versions.

import { Link } from "@tanstack/react-router";
import { MOST_VERSIONS } from "../api/details";
import type { Node, Row } from "../api/shapes";
import { metricName } from "../values/humanNames";
import { count, formatDelta, formatNumber, toNumber } from "../values/numbers";
import { Sparkline, type SparkPoint } from "../values/Sparkline";

interface HeadlineProps {
  readonly artifact: Node;
  /** Its versions, newest first, with these metrics. */
  readonly versions: readonly Row[];
}

export function Headline({ artifact, versions }: HeadlineProps) {
  if (artifact.headline.length === 0) return null;
  const oldestFirst = versions.toReversed();
  return (
    <section className="headline" aria-label="Headline numbers">
      {artifact.headline.map((name) => (
        <Figure key={name} name={name} artifact={artifact} versions={oldestFirst} />
      ))}
    </section>
  );
}

function Figure({ name, artifact, versions }: { name: string; artifact: Node; versions: readonly Row[] }) {
  const value = toNumber(artifact.metrics[name]?.last);
  const points = pointsOf(versions, name);
  const current = versions.findIndex(({ id }) => id === artifact.id);
  const before = points.slice(0, Math.max(0, current)).findLast((point) => point.value !== null);
  return (
    <div className="headline-figure">
      <Link to="." search={{ tab: "metrics" } as never} title={`${name}: all values`} className="headline-name">
        <bdi>{metricName(name)}</bdi>
      </Link>
      <strong title={String(artifact.metrics[name]?.last)}>{value === null ? "–" : formatNumber(value)}</strong>
      {value !== null && before?.value !== null && before && (
        <span className="muted" title={`Against ${before.label}: ${formatNumber(before.value)}`}>
          {formatDelta(value - before.value)}
        </span>
      )}
      {points.filter((point) => point.value !== null).length > 1 && (
        <Link to="." search={{ tab: "versions" } as never} className="headline-line">
          <Sparkline title={metricName(name)} points={points} current={current} />
          <span className="muted">
            {versions.length === MOST_VERSIONS ? "the newest " : ""}
            {count(versions.length, "version")}
          </span>
        </Link>
      )}
    </div>
  );
}

function pointsOf(versions: readonly Row[], name: string): SparkPoint[] {
  return versions.map((row) => ({
    id: row.id,
    label: row.version ? `version ${row.version}` : `id ${row.id}`,
    value: toNumber(row.metrics[name]?.last),
  }));
}
