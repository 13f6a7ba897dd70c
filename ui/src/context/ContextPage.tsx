// A workspace, pipeline or run: what it is, and the artifacts and executions in it.

import { Tabs } from "@mantine/core";
import { Link, useParams } from "@tanstack/react-router";
import { useNode } from "../api/details";
import { useListing, useTotal } from "../api/listing";
import { type Node, type PageKind, titleOf } from "../api/shapes";
import { useTitle } from "../app/useTitle";
import { Empty, Loaded } from "../state/States";
import { Ago } from "../values/Ago";
import { formatCount } from "../values/numbers";
import { PropertyList } from "../values/PropertyList";
import { RecordChip } from "../values/RecordChip";
import { RecordHeader } from "../values/RecordHeader";
import { StateBadge } from "../values/RecordIcon";

export function ContextPage({ kind }: { kind: Extract<PageKind, "run" | "workspace"> }) {
  const { id } = useParams({ strict: false }) as { id: string };
  const node = useNode("contexts", id);
  useTitle(node.data && titleOf(node.data));
  return (
    <Loaded query={node} rows={10} key={`${kind}${id}`}>
      {(context) => <Context context={context} />}
    </Loaded>
  );
}

function Context({ context }: { context: Node }) {
  return (
    <article className="record-page">
      <RecordHeader record={context}>
        <Link to="/lineage" search={{ context: context.key }}>
          Lineage of what it holds
        </Link>
      </RecordHeader>
      <Tabs defaultValue="artifacts">
        <Tabs.List>
          <Tabs.Tab value="artifacts">
            Artifacts <Held kind="artifacts" context={context.id} />
          </Tabs.Tab>
          <Tabs.Tab value="executions">
            Executions <Held kind="executions" context={context.id} />
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

interface MembersProps {
  readonly kind: "artifacts" | "executions";
  readonly context: string;
}

function Held({ kind, context }: MembersProps) {
  const total = useTotal({ kind, filter: "", query: undefined, context });
  if (!total) return null;
  return (
    <span className="count">
      {formatCount(total.count)}
      {total.exact ? "" : "+"}
    </span>
  );
}

/** The timeline of a context: its newest members first. */
function Members({ kind, context }: MembersProps) {
  const listing = useListing({ kind, filter: "", query: undefined, sort: "-created", context });
  return (
    <Loaded query={listing}>
      {({ pages }) => {
        const rows = pages.flatMap((page) => page.rows);
        if (rows.length === 0) return <Empty title={`It holds no ${kind}`} />;
        return (
          <ul className="event-list">
            {rows.map((row) => (
              <li key={row.key}>
                <RecordChip card={row} />
                <span className="muted">
                  {row.state && <StateBadge state={row.state} />} <Ago time={row.created} />
                </span>
              </li>
            ))}
          </ul>
        );
      }}
    </Loaded>
  );
}
