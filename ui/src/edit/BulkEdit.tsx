// Bulk edit of the selected rows of a list: what will change is said first, then done, and what failed stays selected.

import { Button, Modal } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useCaller, whyNoAliases, whyNot } from "../api/caller";
import { api, dataOf } from "../api/client";
import type { Node } from "../api/shapes";
import { Failed } from "../state/States";
import { count } from "../values/numbers";
import { ActFields, NEW_ACTS } from "./ActFields";
import type { ApiKind, Reverse } from "./changing";
import { type Act, nameOf, type Plan, planOf, sayDone, sayPlan } from "./plan";
import { offerUndo } from "./undo";
import { type Failure, useBulk } from "./useBulk";
import "./edit.css";

interface BulkEditProps {
  readonly kind: ApiKind;
  readonly noun: string;
  readonly ids: readonly string[];
  readonly onSelect: (ids: readonly string[]) => void;
  readonly onClose: () => void;
}

export default function BulkEdit(props: BulkEditProps) {
  const { kind, noun } = props;
  const bulk = useBulk();
  const onOffer = useOfferWhenGone();
  // The records as they were selected: what succeeds leaves the selection while this is open.
  const [ids] = useState(props.ids);
  const records = useQuery({
    queryKey: ["bulk", kind, ids],
    queryFn: () => fetchAll(kind, ids),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  // While it runs, only *Stop* ends it: a click beside the dialog would lose the reasons of what failed.
  const mayClose = !bulk.progress?.isRunning;
  return (
    <Modal
      opened
      onClose={props.onClose}
      title={`Edit ${count(ids.length, noun)}`}
      size="lg"
      withCloseButton={mayClose}
      closeOnEscape={mayClose}
      closeOnClickOutside={mayClose}
    >
      {records.error && <Failed error={records.error} retry={() => void records.refetch()} />}
      {records.isPending && <p role="status">Reading {count(ids.length, noun)}…</p>}
      {records.data && <Choosing {...props} records={records.data} bulk={bulk} onOffer={onOffer} />}
    </Modal>
  );
}

/** @returns whether the dialog is gone already. */
type Offer = (text: string, reverses: readonly Reverse[], left: string) => boolean;

/**
 * The message with the way back, once the dialog is gone, which covers it: its ten seconds begin then. Where the dialog is
 * gone before the end, because another page was opened, the message also says what is left.
 */
function useOfferWhenGone(): Offer {
  const offer = useRef<() => void>(undefined);
  const isGone = useRef(false);
  useEffect(() => {
    isGone.current = false;
    return () => {
      isGone.current = true;
      offer.current?.();
      offer.current = undefined;
    };
  }, []);
  return (text, reverses, left) => {
    if (isGone.current) offerUndo([text, left].filter(Boolean).join(". "), reverses);
    else if (reverses.length > 0) offer.current = () => offerUndo(text, reverses);
    return isGone.current;
  };
}

const BATCH = 100;

async function fetchAll(kind: ApiKind, ids: readonly string[]): Promise<readonly Node[]> {
  const found: Node[] = [];
  for (let start = 0; start < ids.length; start += BATCH) {
    const query = { ids: ids.slice(start, start + BATCH).join(",") };
    found.push(...(await dataOf(api.GET(`/api/v1/${kind as "artifacts"}/batch`, { params: { query } }))).items);
  }
  return found;
}

interface ChoosingProps extends BulkEditProps {
  readonly records: readonly Node[];
  readonly bulk: ReturnType<typeof useBulk>;
  readonly onOffer: Offer;
}

function Choosing({ kind, noun, ids, records, bulk, onSelect, onClose, onOffer }: ChoosingProps) {
  const caller = useCaller();
  const [act, setAct] = useState<Act>(NEW_ACTS.label);
  const { progress, run, stop } = bulk;
  const mayNot = (record: Node) => {
    const why = caller && whyNot(caller, record);
    return why ?? (caller && act.act === "stage" ? whyNoAliases(caller, record) : undefined);
  };
  const isReady = act.act !== "label" && act.act !== "unlabel" ? true : act.key.trim() !== "";
  const plan = isReady ? planOf(records, act, mayNot) : undefined;
  const canStart = plan !== undefined && plan.changes.length > 0;
  const missing = ids.length - records.length;
  const start = async () => {
    if (!plan) return;
    const { changed, failures, reverses } = await run(plan);
    const left = [...failures, ...plan.refused].map(({ record }) => record.id);
    const part = reverses.length > 0 ? "A part was changed" : "";
    const isGone = onOffer(changed > 0 ? sayDone(act, changed, noun) : part, reverses, sayLeft(failures, noun));
    if (isGone) return;
    if (failures.length === 0) onClose();
    onSelect(left);
  };
  if (progress) return <Running progress={progress} noun={noun} onStop={stop} onClose={onClose} />;
  return (
    <form
      className="bulk editor"
      onSubmit={(event) => {
        event.preventDefault();
        if (canStart) void start();
      }}
    >
      <ActFields kind={kind} act={act} onAct={setAct} />
      {missing > 0 && (
        <p className="editor-note">
          {count(missing, noun)} of the selection {missing === 1 ? "is" : "are"} no longer there.
        </p>
      )}
      {plan && <PlanText plan={plan} act={act} noun={noun} />}
      <div className="editor-row">
        <Button type="submit" variant={canStart ? "filled" : "default"} disabled={!canStart}>
          {plan ? `Change ${count(plan.changes.length, noun)}` : "Change"}
        </Button>
        <Button variant="subtle" onClick={onClose}>
          Cancel
        </Button>
      </div>
    </form>
  );
}

function sayLeft(failures: readonly Failure[], noun: string): string {
  if (failures.length === 0) return "";
  const reasons = [...new Set(failures.map(({ why }) => why))].slice(0, 3);
  return `${count(failures.length, noun)} not changed: ${reasons.join(" ")}`;
}

function PlanText({ plan, act, noun }: { plan: Plan; act: Act; noun: string }) {
  return (
    <>
      <p role="status">
        <strong>{sayPlan(plan, act, noun)}</strong>
      </p>
      {plan.refused.length > 0 && <Reasons failures={plan.refused} />}
    </>
  );
}

function Reasons({ failures }: { failures: readonly Failure[] }) {
  return (
    <ul aria-label="Not changed">
      {failures.map(({ record, why }) => (
        <li key={record.key}>
          <strong>
            <bdi>{nameOf(record)}</bdi>
          </strong>{" "}
          <span className="muted">id {record.id}</span>: {why}
        </li>
      ))}
    </ul>
  );
}

interface RunningProps {
  readonly progress: NonNullable<ReturnType<typeof useBulk>["progress"]>;
  readonly noun: string;
  readonly onStop: () => void;
  readonly onClose: () => void;
}

function Running({ progress: { done, all, isRunning, failures }, noun, onStop, onClose }: RunningProps) {
  const changed = done - failures.length;
  return (
    <div className="bulk">
      <progress value={done} max={all} aria-label="Progress" />
      <p role="status">
        {isRunning ? `${done} of ${all} done` : `${count(changed, noun)} changed, ${failures.length} not.`}
        {!isRunning && failures.length > 0 && " What was not changed is still selected."}
      </p>
      {failures.length > 0 && <Reasons failures={failures} />}
      <div className="editor-row">
        {isRunning ? <Button onClick={onStop}>Stop</Button> : <Button onClick={onClose}>Close</Button>}
      </div>
    </div>
  );
}
