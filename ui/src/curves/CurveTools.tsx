// How all curves of a page are drawn: the axis, smoothing, a logarithmic axis of values, which metrics.

import { Button, Checkbox, SegmentedControl, TextInput } from "@mantine/core";
import { useEffect, useState } from "react";
import { type Axis, MOST_SMOOTHING, writeSmoothing } from "./address";
import type { CurveState } from "./useCurveView";

interface CurveToolsProps extends CurveState {
  readonly axis: Axis;
  /** Whether there are so many metrics that one looks for some. */
  readonly hasMany: boolean;
}

const AXES = [
  { value: "step", label: "Step" },
  { value: "relative", label: "Relative time" },
  { value: "wall", label: "Wall time" },
];

export function CurveTools({ view, change, axis, hasMany }: CurveToolsProps) {
  return (
    <div className="curve-tools">
      <SegmentedControl
        size="xs"
        aria-label="The axis below"
        data={AXES}
        value={axis}
        onChange={(next) => change({ axis: next, zoom: "" })}
      />
      <Smoothing weight={view.smoothing} onChange={(weight) => change({ smooth: writeSmoothing(weight) })} />
      <Checkbox
        size="xs"
        label="Logarithmic axis"
        checked={view.isLog}
        onChange={(event) => change({ log: event.currentTarget.checked ? "1" : "" })}
      />
      {(hasMany || view.find) && <Find text={view.find} onChange={(find) => change({ find })} />}
      {view.zoom && <Button onClick={() => change({ zoom: "" })}>Show all</Button>}
    </div>
  );
}

/** The curves and the address follow a control when it rests for so many milliseconds. */
const REST = 120;

function Smoothing({ weight, onChange }: { weight: number; onChange: (weight: number) => void }) {
  const [moved, setMoved] = useRested(weight, onChange);
  return (
    <label className="curve-smoothing">
      <span>Smoothing</span>
      <input
        type="range"
        min={0}
        max={MOST_SMOOTHING}
        step={0.01}
        value={moved}
        onChange={(event) => setMoved(Number(event.currentTarget.value))}
      />
      <output className="number">{moved.toFixed(2)}</output>
    </label>
  );
}

function Find({ text, onChange }: { text: string; onChange: (text: string) => void }) {
  const [typed, setTyped] = useRested(text, onChange);
  return (
    <TextInput
      size="xs"
      aria-label="Find metrics"
      placeholder="Find metrics"
      value={typed}
      onChange={(event) => setTyped(event.currentTarget.value)}
    />
  );
}

/** A value that is told when it has not changed for a moment, and that follows the one that is given. */
function useRested<Value>(given: Value, onRest: (value: Value) => void): [Value, (value: Value) => void] {
  const [own, setOwn] = useState(given);
  useEffect(() => setOwn(given), [given]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a change of the value starts to wait
  useEffect(() => {
    if (own === given) return;
    const timer = setTimeout(() => onRest(own), REST);
    return () => clearTimeout(timer);
  }, [own]);
  return [own, setOwn];
}
