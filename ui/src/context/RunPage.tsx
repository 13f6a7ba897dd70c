// A run: when, how it went, what it made, and the way to its lineage.

import { Tabs } from "@mantine/core";
import { IconBinaryTree } from "@tabler/icons-react";
import { Link, useParams } from "@tanstack/react-router";
import { useListing } from "../api/listing";
import { sayStates, useRun, useRunHolding } from "../api/runs";
import type { Run } from "../api/shapes";
import { LinkButton } from "../app/LinkButton";
import { useTab } from "../app/useTab";
import { useTitle } from "../app/useTitle";
import { listWith } from "../filter/where";
import { Loaded } from "../state/States";
import { Ago } from "../values/Ago";
import { FailureLine } from "../values/Failure";
import { Name } from "../values/Name";
import { count, formatCount } from "../values/numbers";
import { RecordChip } from "../values/RecordChip";
import { RecordIcon } from "../values/RecordIcon";
import { ByType, countOf } from "./ByType";
import { Children, useChildCount } from "./Children";
import { Members } from "./Members";

export function RunPage() {
  const { id } = useParams({ strict: false }) as { id: string };
  const run = useRun(id);
  useTitle(run.data?.name);
  return (
    <Loaded query={run} rows={8} key={id}>
      {(loaded) => <RunDetails run={loaded} />}
    </Loaded>
  );
}

function RunDetails({ run }: { run: Run }) {
  const held = { filter: run.context_id ? "" : run.search, context: run.context_id ?? undefined };
  const tab = useTab("executions");
  const holding = useRunHolding(run.id);
  const children = useChildCount(run.context_id ?? undefined);
  return (
    <article className="record-page">
      <RunHeader run={run} />
      {(run.states.FAILED ?? 0) > 0 && <RunFailures held={held} count={run.states.FAILED ?? 0} />}
      <ByType holding={holding} filter={run.search} where={run.search ? [] : [["run", run.name]]} />
      <Tabs {...tab} keepMounted={false}>
        <Tabs.List>
          <Tabs.Tab value="executions">
            Executions{" "}
            <span className="count">{formatCount(countOf(holding.data, "execution") ?? run.executions)}</span>
          </Tabs.Tab>
          <Tabs.Tab value="artifacts">
            Artifacts <span className="count">{formatCount(countOf(holding.data, "artifact") ?? run.artifacts)}</span>
          </Tabs.Tab>
          {children && (
            <Tabs.Tab value="contexts">
              Contexts below <span className="count">{children}</span>
            </Tabs.Tab>
          )}
        </Tabs.List>
        {run.context_id && (
          <Tabs.Panel value="contexts">
            <Children context={run.context_id} />
          </Tabs.Panel>
        )}
        <Tabs.Panel value="executions">
          <Members kind="executions" {...held} total={run.executions} oldestFirst />
        </Tabs.Panel>
        <Tabs.Panel value="artifacts">
          <Members kind="artifacts" {...held} total={run.artifacts} />
        </Tabs.Panel>
      </Tabs>
    </article>
  );
}

const FAILURES_SHOWN = 3;

/** Why executions of the run failed, before everything else. */
function RunFailures({
  held,
  count: failed,
}: {
  held: { filter: string; context: string | undefined };
  count: number;
}) {
  const filter = `${held.filter} state=failed`.trim();
  const { context } = held;
  const asked = { kind: "executions", filter, query: undefined, sort: "created", context, unarchived: true } as const;
  const failures = useListing(asked);
  const rows = failures.data?.pages[0]?.rows.slice(0, FAILURES_SHOWN) ?? [];
  return (
    <section className="run-failures" aria-label="What failed">
      <h2>
        {count(failed, "execution")} failed{" "}
        {rows.length > 0 && rows.length < failed && <span className="count">the first {rows.length}</span>}
      </h2>
      <Loaded query={failures} rows={2}>
        {() => (
          <ul className="event-list">
            {rows.map((row) => (
              <li key={row.key}>
                <RecordChip card={row} />
                <FailureLine failure={row.failure} fallback="No reason is recorded" />
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </section>
  );
}

function RunHeader({ run }: { run: Run }) {
  const inside = run.search ? listWith([], run.search) : listWith([["run", run.name]]);
  return (
    <header className="record-header">
      <p className="crumbs">
        <Link to="/runs">Runs</Link>
      </p>
      <div className="record-title">
        <RecordIcon type="" kind="run" size={24} />
        <h1>
          <Name name={run.name} />
        </h1>
      </div>
      <p className="facts">
        <span className="muted">
          first record <Ago time={run.created} />
        </span>
        {run.executions > 0 && <span>{sayStates(run.states)}</span>}
        {run.workspace && (
          <Link to="/workspaces" search={listWith([["name", run.workspace]])}>
            <RecordIcon type="" kind="workspace" size={14} /> <bdi>{run.workspace}</bdi>
          </Link>
        )}
      </p>
      <nav className="record-links" aria-label="From here">
        <LinkButton
          to="/lineage"
          search={{ context: `r${run.id}`, up: "all", down: "all" }}
          variant="filled"
          size="xs"
          leftSection={<IconBinaryTree size={16} />}
        >
          Graph of the run
        </LinkButton>
        {run.artifacts > 0 && (
          <Link to="/artifacts" search={inside}>
            Its artifacts as a list
          </Link>
        )}
        <Link to="/executions" search={inside}>
          Its executions as a list
        </Link>
      </nav>
    </header>
  );
}
