// A workspace, pipeline or other context: what it is, and the artifacts and executions in it.

import { Tabs } from "@mantine/core";
import { Link, useParams } from "@tanstack/react-router";
import { useNode } from "../api/details";
import { useHolding } from "../api/runs";
import { type Node, titleOf } from "../api/shapes";
import { useTitle } from "../app/useTitle";
import { quoteValue } from "../filter/write";
import { Loaded } from "../state/States";
import { shortType } from "../values/names";
import { formatCount } from "../values/numbers";
import { PropertyList } from "../values/PropertyList";
import { RecordHeader } from "../values/RecordHeader";
import { RecordIcon } from "../values/RecordIcon";
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
  const holding = useHolding(context.id);
  return (
    <article className="record-page">
      <RecordHeader record={context}>
        <Link to="/lineage" search={{ context: context.key }}>
          Lineage of what it holds
        </Link>
        {context.name && (
          <Link to="/runs" search={{ filter: `workspace=${quoteValue(context.name)}` }}>
            Its runs
          </Link>
        )}
      </RecordHeader>
      <ByType context={context} holding={holding} />
      <Tabs defaultValue="artifacts">
        <Tabs.List>
          <Tabs.Tab value="artifacts">
            Artifacts <Count of={holding.data?.artifacts} />
          </Tabs.Tab>
          <Tabs.Tab value="executions">
            Executions <Count of={holding.data?.executions} />
          </Tabs.Tab>
          <Tabs.Tab value="properties">Properties</Tabs.Tab>
          <Tabs.Tab value="raw">JSON</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="artifacts">
          <Members kind="artifacts" context={context.id} />
        </Tabs.Panel>
        <Tabs.Panel value="executions">
          <Members kind="executions" context={context.id} />
        </Tabs.Panel>
        <Tabs.Panel value="properties">
          <PropertyList record={context} />
        </Tabs.Panel>
        <Tabs.Panel value="raw">
          <pre className="raw">{JSON.stringify(context, null, 2)}</pre>
        </Tabs.Panel>
      </Tabs>
    </article>
  );
}

function Count({ of }: { of: number | undefined }) {
  return of === undefined ? null : <span className="count">{formatCount(of)}</span>;
}

/** What it holds by type; each count is a link to the list of just those. */
function ByType({ context, holding }: { context: Node; holding: ReturnType<typeof useHolding> }) {
  return (
    <Loaded query={holding} rows={1}>
      {({ by_type }) => (
        <ul className="tiles">
          {by_type.map(({ kind, type, count }) => (
            <li key={kind + type} className="tile">
              <Link
                to={kind === "execution" ? "/executions" : "/artifacts"}
                search={{ filter: `type=${quoteValue(type)} workspace=${quoteValue(context.name ?? "")}` }}
              >
                <RecordIcon type={type} kind={kind} />
                <strong>{formatCount(count)}</strong>
                <bdi title={type}>{shortType(type)}</bdi>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Loaded>
  );
}
