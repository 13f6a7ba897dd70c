// A workspace, pipeline or other context: what it is, and the artifacts and executions in it.

import { Tabs } from "@mantine/core";
import { Link, useParams } from "@tanstack/react-router";
import { useNode } from "../api/details";
import { useHolding } from "../api/runs";
import { type Node, titleOf } from "../api/shapes";
import { useTab } from "../app/useTab";
import { useTitle } from "../app/useTitle";
import { LateHistory } from "../edit/LateHistory";
import { listWith } from "../filter/where";
import { JOB, LateFacets, withoutSaid } from "../openlineage/LateFacets";
import { Loaded } from "../state/States";
import { formatCount } from "../values/numbers";
import { PropertyList } from "../values/PropertyList";
import { RawJson } from "../values/RawJson";
import { RecordHeader } from "../values/RecordHeader";
import { ByType, countOf } from "./ByType";
import { Children, useChildCount } from "./Children";
import { Members } from "./Members";

export function ContextPage() {
  const { id } = useParams({ strict: false }) as { id: string };
  const node = useNode("contexts", id);
  useTitle(node.data && titleOf(node.data));
  return (
    <Loaded query={node} rows={10} key={id}>
      {(context) => <Context context={context} />}
    </Loaded>
  );
}

function Context({ context }: { context: Node }) {
  const isJob = context.type === JOB;
  const tab = useTab(isJob ? "executions" : "artifacts");
  const holding = useHolding(context.id);
  const children = useChildCount(context.id);
  return (
    <article className="record-page">
      <RecordHeader record={context}>
        <Link to="/lineage" search={{ context: context.key }}>
          Lineage of what it holds
        </Link>
        {context.name && !isJob && (
          <Link to="/runs" search={listWith([["workspace", context.name]])}>
            Its runs
          </Link>
        )}
      </RecordHeader>
      <ByType holding={holding} where={context.name ? [["workspace", context.name]] : []} />
      <LateFacets record={context} />
      <Tabs {...tab} keepMounted={false}>
        <Tabs.List>
          <Tabs.Tab value="artifacts">
            Artifacts <Count of={countOf(holding.data, "artifact")} />
          </Tabs.Tab>
          <Tabs.Tab value="executions">
            Executions <Count of={countOf(holding.data, "execution")} />
          </Tabs.Tab>
          {children && (
            <Tabs.Tab value="contexts">
              Contexts below <span className="count">{children}</span>
            </Tabs.Tab>
          )}
          <Tabs.Tab value="properties">Properties</Tabs.Tab>
          <Tabs.Tab value="history">History</Tabs.Tab>
          <Tabs.Tab value="raw">JSON</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="artifacts">
          <Members kind="artifacts" context={context.id} total={holding.data?.artifacts} />
        </Tabs.Panel>
        <Tabs.Panel value="executions">
          <Members kind="executions" context={context.id} total={holding.data?.executions} />
        </Tabs.Panel>
        <Tabs.Panel value="contexts">
          <Children context={context.id} />
        </Tabs.Panel>
        <Tabs.Panel value="properties">
          <PropertyList record={withoutSaid(context)} />
        </Tabs.Panel>
        <Tabs.Panel value="history">
          <LateHistory record={context} />
        </Tabs.Panel>
        <Tabs.Panel value="raw">
          <RawJson record={context} />
        </Tabs.Panel>
      </Tabs>
    </article>
  );
}

function Count({ of }: { of: number | undefined }) {
  return of === undefined ? null : <span className="count">{formatCount(of)}</span>;
}
