// One execution: inputs | what it did | outputs.

import { IconBinaryTree } from "@tabler/icons-react";
import { useParams } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { useNode } from "../api/details";
import { durationOf, type Node, titleOf } from "../api/shapes";
import { LinkButton } from "../app/LinkButton";
import { loadPart } from "../app/loadPart";
import { useTitle } from "../app/useTitle";
import { EventTable } from "../artifact/EventList";
import { MetaList } from "../artifact/MetaList";
import { RecordCurves } from "../curves/RecordCurves";
import { FoldedHistory } from "../edit/LateHistory";
import { EnvironmentSection } from "../environment/EnvironmentSection";
import { withoutEnvironment } from "../environment/environment";
import { FilesSection } from "../files/LateFiles";
import { isMlflowRun, paramsOf, withoutParams } from "../mlflow/run";
import { LateFacets, withoutSaid } from "../openlineage/LateFacets";
import { Loaded, Loading } from "../state/States";
import { Ago } from "../values/Ago";
import { withoutReason } from "../values/Failure";
import { FailureNote } from "../values/FailureNote";
import { count } from "../values/numbers";
import { Pairs } from "../values/Pairs";
import { PropertyList } from "../values/PropertyList";
import { RawJson } from "../values/RawJson";
import { RecordHeader } from "../values/RecordHeader";
import { formatDuration } from "../values/times";
import { PartOf, Steps } from "./Steps";

const MlflowRun = lazy(() => loadPart(() => import("../mlflow/MlflowRun")));

export function ExecutionPage() {
  const { id } = useParams({ strict: false }) as { id: string };
  const node = useNode("executions", id);
  useTitle(node.data && titleOf(node.data));
  return (
    <Loaded query={node} rows={10} key={id}>
      {(execution) => <Execution execution={execution} />}
    </Loaded>
  );
}

function Execution({ execution }: { execution: Node }) {
  const shown = withoutEnvironment(withoutSaid(withoutReason(execution)));
  return (
    <article className="record-page">
      <RecordHeader record={execution}>
        <LinkButton
          to="/lineage"
          search={{ focus: execution.key }}
          variant="filled"
          size="xs"
          leftSection={<IconBinaryTree size={16} />}
        >
          Lineage
        </LinkButton>
      </RecordHeader>
      <FailureNote failure={execution.failure} state={execution.state} />
      {isMlflowRun(execution) ? (
        <Suspense fallback={<Loading rows={10} />}>
          <MlflowRun run={shown} times={<Times execution={execution} />} />
        </Suspense>
      ) : (
        <Plain execution={shown} />
      )}
      <FoldedHistory record={execution} />
      <details className="internal">
        <summary>JSON</summary>
        <RawJson record={execution} />
      </details>
    </article>
  );
}

/** What it read, what it did, what it wrote; and the curves of its metrics if it has some. */
function Plain({ execution }: { execution: Node }) {
  return (
    <>
      <div className="execution">
        <EventTable kind="executions" id={execution.id} direction="input" title="Inputs" />
        <section className="execution-middle" aria-label="What it did">
          <h2>Execution</h2>
          <Times execution={execution} />
          <PartOf execution={execution} />
          <Parameters execution={execution} />
          <MetaList node={execution} />
          <PropertyList record={withoutParams(execution)} />
        </section>
        <EventTable
          kind="executions"
          id={execution.id}
          direction="output"
          title="Outputs"
          deleted={execution.deleted_outputs ?? 0}
        />
      </div>
      <RecordCurves record={execution} />
      <Steps execution={execution} />
      <EnvironmentSection execution={execution} />
      <LateFacets record={execution} />
      <FilesSection record={execution} />
    </>
  );
}

/** So many parameters are in sight at first; more would push away what stands below, such as the commit. */
const MOST_IN_SIGHT = 10;

/** What a step was given besides artifacts. */
function Parameters({ execution }: { execution: Node }) {
  const parameters = paramsOf(execution);
  const leftOut = execution.custom_properties.__left_out__;
  if (parameters.length === 0 && !leftOut) return null;
  const pairs = parameters.map(({ name, value }) => [name, value] as const);
  const inSight = pairs.length > MOST_IN_SIGHT + 2 ? MOST_IN_SIGHT : pairs.length;
  return (
    <div className="execution-parameters">
      <h3>{count(parameters.length, "parameter")}</h3>
      <Pairs pairs={pairs.slice(0, inSight)} />
      {inSight < pairs.length && (
        <details className="internal">
          <summary>{count(pairs.length - inSight, "more parameter")}</summary>
          <Pairs pairs={pairs.slice(inSight)} />
        </details>
      )}
      {leftOut && (
        <p className="muted">
          Not recorded: <bdi>{String(leftOut.value)}</bdi>
        </p>
      )}
    </div>
  );
}

function Times({ execution }: { execution: Node }) {
  const duration = durationOf(execution);
  const isRunning = execution.state === "RUNNING";
  return (
    <dl className="pairs">
      <div>
        <dt>Started</dt>
        <dd>
          {execution.start_is_recorded ? <Ago time={execution.started} exact /> : <NotRecorded />}
          {isRunning && duration !== undefined && <span className="muted"> for {formatDuration(duration)} now</span>}
        </dd>
      </div>
      <div>
        <dt>Ended</dt>
        <dd>
          {execution.ended !== null && !execution.end_is_recorded ? (
            <NotRecorded />
          ) : (
            <Ago time={execution.ended} exact />
          )}
          {!isRunning && duration !== undefined && <span className="muted"> after {formatDuration(duration)}</span>}
        </dd>
      </div>
    </dl>
  );
}

function NotRecorded() {
  return <span className="muted">not recorded</span>;
}
