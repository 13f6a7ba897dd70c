// One metric: its chart, what the chart does not show, and its points as a table and as CSV.

import { ActionIcon } from "@mantine/core";
import { IconArrowsMaximize, IconArrowsMinimize } from "@tabler/icons-react";
import { useEffect, useMemo, useRef, useState } from "react";
import { useCurves } from "../api/curves";
import { Failed } from "../state/States";
import { breakable } from "../values/names";
import { type Axis, type Range, writeRange } from "./address";
import { CurvePlot } from "./CurvePlot";
import { CurveTable } from "./CurveTable";
import { ASKED_AXIS, type CurveLine, type CurveRecord, lineOf, valuesBetween } from "./lines";
import { notesOf } from "./notes";
import type { CurveState } from "./useCurveView";

interface CurveCardProps extends CurveState {
  readonly metric: string;
  /** The part of the name that its heading does not say. */
  readonly title: string;
  /** The records that are drawn, with or without this metric. */
  readonly drawn: readonly CurveRecord[];
  /** Those that have it. */
  readonly having: readonly string[];
  readonly looks: ReadonlyMap<string, number>;
  readonly axis: Axis;
  /** Whether it lacks steps and so stands on an axis of its own, which is not zoomed with the others. */
  readonly isWithoutSteps: boolean;
  readonly marked: string | undefined;
}

const HEIGHT = 220;
const LARGE = 480;
/** More points than a chart has pixels are of no use. */
const POINTS = 1000;
const MANY_POINTS = 4000;

export function CurveCard({ metric, title, drawn, having, looks, axis, isWithoutSteps, ...rest }: CurveCardProps) {
  const { view, marked, change } = rest;
  const records = useMemo(() => drawn.filter(({ key }) => having.includes(key)), [drawn, having]);
  const range = isWithoutSteps ? undefined : view.zoom;
  const card = useRef<HTMLElement>(null);
  const isSeen = useSeen(card);
  const isLarge = view.big === metric;
  const keys = useMemo(() => records.map(({ key }) => key), [records]);
  const ask = {
    ...{ keys, name: metric, axis: ASKED_AXIS[axis], points: isLarge ? MANY_POINTS : POINTS },
    range: range && wider(range),
  };
  const answer = useCurves(ask, { enabled: isSeen, isLive: records.some(({ isLive }) => isLive) });
  // The answer to the records before is kept while another one loads, but not for none.
  const curves = records.length > 0 ? answer : NOTHING;
  const lines = useLines(curves.data?.items, records, looks, axis, view.smoothing);
  const zoom = useMemo(() => range && inUnits(range, axis), [range, axis]);
  const isLog = view.isLog && valuesBetween(lines, EVERYTHING, true) !== undefined;
  const onRange = (next: Range | undefined) => {
    const scale = axis === "step" ? 1 : 1000;
    if (!isWithoutSteps) change({ zoom: next ? writeRange(next[0] * scale, next[1] * scale) : "" });
  };
  const height = isLarge ? LARGE : HEIGHT;
  return (
    <figure className={isLarge ? "curve curve-large" : "curve"} ref={card}>
      <figcaption>
        <span className="curve-title" title={metric}>
          <bdi>{breakable(title)}</bdi>
        </span>
        <LargeButton metric={metric} isLarge={isLarge} onToggle={() => change({ big: isLarge ? "" : metric })} />
      </figcaption>
      {records.length === 0 ? (
        <p className="curve-note muted">The lines that it has are hidden.</p>
      ) : curves.error && !curves.data ? (
        <Failed error={curves.error} retry={() => void curves.refetch()} />
      ) : curves.data ? (
        <CurvePlot {...{ metric, lines, axis, isLog, zoom, height, marked, onRange }} />
      ) : (
        <div className={isSeen ? "curve-wait skeleton" : "curve-wait"} style={{ height }} />
      )}
      {isWithoutSteps && <p className="curve-note muted">Logged without steps: drawn over time.</p>}
      {curves.data &&
        notesOf(lines, view.isLog, isLog).map((note) => (
          <p key={note} className="curve-note muted">
            {note}
          </p>
        ))}
      {curves.data && <CurveTable metric={metric} lines={lines} keys={keys} />}
    </figure>
  );
}

const NOTHING = { data: undefined, error: null, refetch: () => undefined };
const EVERYTHING: Range = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];

function useLines(
  curves: Parameters<typeof lineOf>[0][] | undefined,
  records: readonly CurveRecord[],
  looks: ReadonlyMap<string, number>,
  axis: Axis,
  weight: number,
): readonly CurveLine[] {
  return useMemo(() => {
    const known = new Map(records.map((record) => [record.key, record]));
    return (curves ?? []).flatMap((curve) => {
      const record = known.get(curve.key);
      return record && curve.total > 0 ? [lineOf(curve, record, axis, weight, looks.get(curve.key) ?? 0)] : [];
    });
  }, [curves, records, looks, axis, weight]);
}

/** A little more than is shown, so that lines go on to the edges. */
function wider([first, last]: Range): Range {
  const room = Math.ceil((last - first) / 20);
  return [first - room, last + room];
}

/** A range of the address in the units of the axis: steps, or seconds. */
function inUnits([first, last]: Range, axis: Axis): Range {
  return axis === "step" ? [first, last] : [first / 1000, last / 1000];
}

/** Whether something has been in sight, or near: what nobody looks at is not asked for. */
function useSeen(place: React.RefObject<HTMLElement | null>): boolean {
  const [isSeen, setSeen] = useState(typeof IntersectionObserver === "undefined");
  useEffect(() => {
    if (isSeen || !place.current) return;
    const observer = new IntersectionObserver(
      (entries) => entries.some((each) => each.isIntersecting) && setSeen(true),
      {
        rootMargin: "300px",
      },
    );
    observer.observe(place.current);
    return () => observer.disconnect();
  }, [isSeen, place]);
  return isSeen;
}

function LargeButton({ metric, isLarge, onToggle }: { metric: string; isLarge: boolean; onToggle: () => void }) {
  const label = isLarge ? `Draw ${metric} small` : `Draw ${metric} large`;
  return (
    <ActionIcon variant="subtle" size="md" title={label} aria-label={label} aria-pressed={isLarge} onClick={onToggle}>
      {isLarge ? <IconArrowsMinimize size={16} aria-hidden /> : <IconArrowsMaximize size={16} aria-hidden />}
    </ActionIcon>
  );
}
