// A run of MLflow as its users know it: an overview with parameters, metrics, data sets and models, and the curves.

import "./mlflow.css";
import { Tabs } from "@mantine/core";
import { Link, useSearch } from "@tanstack/react-router";
import { lazy, type ReactNode, Suspense, useMemo } from "react";
import { useLatestMetrics } from "../api/curves";
import { useEvents } from "../api/details";
import { childSearch, useChildCount } from "../api/mlflow";
import type { Node } from "../api/shapes";
import { loadPart } from "../app/loadPart";
import { useTab } from "../app/useTab";
import { MetaList } from "../artifact/MetaList";
import { isSystem } from "../curves/groups";
import { EnvironmentSection } from "../environment/EnvironmentSection";
import { LateFiles, namesFiles } from "../files/LateFiles";
import { familyOf } from "../lineage/looks";
import { Loaded, Loading } from "../state/States";
import { CopyButton } from "../values/CopyButton";
import { count, formatCount } from "../values/numbers";
import { Pairs } from "../values/Pairs";
import { PropertyList } from "../values/PropertyList";
import { RecordChip } from "../values/RecordChip";
import { MetricTable, ParamTable } from "./RunTables";
import { byArtifact, experimentOf, type Linked, ownTagsOf, propertyOf, tagOf, withoutOwn } from "./run";

const Curves = lazy(() => loadPart(() => import("../curves/Curves")));

interface MlflowRunProps {
  readonly run: Node;
  /** When it ran, as the page of every execution says it. */
  readonly times: ReactNode;
}

export default function MlflowRun({ run, times }: MlflowRunProps) {
  const { file } = useSearch({ strict: false }) as { file?: string };
  const tab = useTab(file ? "files" : "overview");
  const isLive = run.state === "RUNNING";
  const metrics = useLatestMetrics("executions", run.id, isLive);
  const records = useMemo(() => [{ key: run.key, name: run.name ?? run.key, isLive }], [run.key, run.name, isLive]);
  const system = metrics.data?.items.filter(({ name }) => isSystem(name)).length;
  const model = metrics.data && metrics.data.items.length - (system ?? 0);
  return (
    <Tabs {...tab} keepMounted={false} className="mlflow-tabs">
      <Tabs.List>
        <Tabs.Tab value="overview">Overview</Tabs.Tab>
        <Tabs.Tab value="metrics">Model metrics {countOf(model)}</Tabs.Tab>
        <Tabs.Tab value="system">System metrics {countOf(system)}</Tabs.Tab>
        {namesFiles(run) && <Tabs.Tab value="files">Files</Tabs.Tab>}
      </Tabs.List>
      <Tabs.Panel value="overview">
        <Overview run={run} times={times} metrics={metrics} />
      </Tabs.Panel>
      <Tabs.Panel value="files">
        <LateFiles record={run} />
      </Tabs.Panel>
      {(["metrics", "system"] as const).map((value) => (
        <Tabs.Panel value={value} key={value}>
          <Suspense fallback={<Loading rows={6} />}>
            <Curves records={records} part={value === "system" ? "system" : "model"} />
          </Suspense>
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}

function countOf(number: number | undefined): ReactNode {
  return number !== undefined && number > 0 && <span className="count">{formatCount(number)}</span>;
}

interface OverviewProps extends MlflowRunProps {
  readonly metrics: ReturnType<typeof useLatestMetrics>;
}

function Overview({ run, times, metrics }: OverviewProps) {
  return (
    <div className="mlflow-run">
      <div className="mlflow-tables">
        <ParamTable run={run} />
        <Loaded query={metrics} rows={6}>
          {({ items, isCut }) => <MetricTable metrics={items} isCut={isCut} />}
        </Loaded>
      </div>
      <div className="mlflow-side">
        <section aria-label="About this run">
          <h2>About this run</h2>
          {times}
          <About run={run} />
        </section>
        <EnvironmentSection execution={run} />
        <Artifacts run={run} direction="input" title="What it read" />
        <Artifacts run={run} direction="output" title="What it made" />
        <Others run={run} />
      </div>
    </div>
  );
}

/** Where it is in MLflow's words. */
function About({ run }: { run: Node }) {
  const experiment = experimentOf(run);
  const runId = propertyOf(run, "run_id");
  const place = propertyOf(run, "artifact_uri");
  const parent = tagOf(run, "mlflow.parentRunId");
  const children = useChildCount(runId);
  const rows: [string, ReactNode][] = [
    [
      "Experiment",
      experiment && (
        <Link to="/executions" search={{ filter: `type=mlflow.Run prop.experiment_id=${experiment.id}` }}>
          <bdi>{experiment.name}</bdi>
        </Link>
      ),
    ],
    [
      "Parent run",
      parent && (
        <Link to="/experiments/$experiment/runs/$run" params={{ experiment: "0", run: parent }}>
          <bdi className="mono">{parent}</bdi>
        </Link>
      ),
    ],
    [
      "Child runs",
      runId && children.data && children.data.count > 0 && (
        <Link to="/executions" search={{ filter: childSearch(runId) }}>
          {count(children.data.count, "run", { more: !children.data.exact })}
        </Link>
      ),
    ],
    ["Run id", runId && <Code text={runId} label="Copy the run id" />],
    ["Files", place && <Code text={place} label="Copy the address of the files" />],
  ];
  return <Pairs pairs={rows.filter(([, value]) => value)} />;
}

function Code({ text, label }: { text: string; label: string }) {
  return (
    <span className="mlflow-code">
      <code className="mono">{text}</code> <CopyButton value={text} label={label} />
    </span>
  );
}

interface ArtifactsProps {
  readonly run: Node;
  readonly direction: "input" | "output";
  readonly title: string;
}

function Artifacts({ run, direction, title }: ArtifactsProps) {
  const events = useEvents("executions", run.id, direction);
  return (
    <section aria-label={title}>
      <h2>{title}</h2>
      <Loaded query={events} rows={2}>
        {({ pages }) => {
          const linked = modelsFirst(byArtifact(pages.flatMap(({ items }) => items)));
          const rest = (pages[0]?.total ?? 0) - pages.flatMap(({ items }) => items).length;
          return (
            <>
              {linked.length === 0 && <p className="muted">None.</p>}
              <ul className="event-list">
                {linked.map((each) => (
                  <ArtifactRow key={each.node.key} {...each} direction={direction} />
                ))}
              </ul>
              {rest > 0 && (
                <Link to="/lineage" search={{ focus: run.key }}>
                  {count(rest, "more event")} in the graph
                </Link>
              )}
            </>
          );
        }}
      </Loaded>
    </section>
  );
}

/** Models and data sets before what was measured of them. */
function modelsFirst(linked: readonly Linked[]): Linked[] {
  const rank = ({ node }: Linked) => ["model", "data"].indexOf(familyOf(node.type, node.kind));
  const last = (each: Linked) => (rank(each) < 0 ? 2 : rank(each));
  return [...linked].sort((one, other) => last(one) - last(other));
}

function ArtifactRow({ node, words, direction }: Linked & { direction: "input" | "output" }) {
  const way = direction === "output" ? { up: "all", down: "1" } : { up: "1", down: "all" };
  return (
    <li>
      <RecordChip card={node} />
      <span className="muted">
        {words.length > 0 && <bdi>{words.join(", ")} · </bdi>}
        <Link to="/lineage" search={{ focus: node.key, ...way }}>
          {direction === "output" ? "all it came from" : "all that came from it"}
        </Link>
      </span>
    </li>
  );
}

/** Tags of MLflow itself, and what others wrote on the execution. */
function Others({ run }: { run: Node }) {
  const tags = ownTagsOf(run);
  return (
    <>
      {tags.length > 0 && (
        <details className="internal">
          <summary>{count(tags.length, "tag")} of MLflow</summary>
          <Pairs pairs={tags.map(({ name, value }) => [name, value])} />
        </details>
      )}
      <details className="internal">
        <summary>Other properties</summary>
        <MetaList node={run} />
        <PropertyList record={withoutOwn(run)} />
      </details>
    </>
  );
}
