// One execution: inputs | what it did | outputs.

import { Button } from "@mantine/core";
import { IconBinaryTree } from "@tabler/icons-react";
import { Link, useParams } from "@tanstack/react-router";
import { useNode } from "../api/details";
import { durationOf, type Node, titleOf } from "../api/shapes";
import { useTitle } from "../app/useTitle";
import { EventTable } from "../artifact/EventList";
import { MetaList } from "../artifact/MetaList";
import { FoldedHistory } from "../edit/LateHistory";
import { Loaded } from "../state/States";
import { Ago } from "../values/Ago";
import { PropertyList } from "../values/PropertyList";
import { RecordHeader } from "../values/RecordHeader";
import { StateBadge } from "../values/RecordIcon";
import { formatDuration } from "../values/times";

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
  return (
    <article className="record-page">
      <RecordHeader record={execution}>
        <Link to="/lineage" search={{ focus: execution.key }} tabIndex={-1}>
          <Button variant="filled" size="xs" leftSection={<IconBinaryTree size={16} />} component="span">
            Lineage
          </Button>
        </Link>
      </RecordHeader>
      <Failure execution={execution} />
      <div className="execution">
        <EventTable kind="executions" id={execution.id} direction="input" title="Inputs" />
        <section className="execution-middle" aria-label="What it did">
          <h2>Execution</h2>
          <Times execution={execution} />
          <MetaList node={execution} />
          <PropertyList record={execution} />
        </section>
        <EventTable kind="executions" id={execution.id} direction="output" title="Outputs" />
      </div>
      <FoldedHistory record={execution} />
      <details className="internal">
        <summary>JSON</summary>
        <pre className="raw">{JSON.stringify(execution, null, 2)}</pre>
      </details>
    </article>
  );
}

function Times({ execution }: { execution: Node }) {
  const duration = durationOf(execution);
  return (
    <dl className="pairs">
      <div>
        <dt>state</dt>
        <dd>
          <StateBadge state={execution.state} />
        </dd>
      </div>
      <div>
        <dt>started</dt>
        <dd>
          <Ago time={execution.created} exact />
        </dd>
      </div>
      <div>
        <dt>ended</dt>
        <dd>
          <Ago time={execution.ended} exact />
          {duration !== undefined && <span className="muted"> after {formatDuration(duration)}</span>}
        </dd>
      </div>
    </dl>
  );
}

/** What went wrong, where a writer says so in a property: first of all on the page of a failed execution. */
function Failure({ execution }: { execution: Node }) {
  if (execution.state !== "FAILED") return null;
  const fields = Object.entries({ ...execution.custom_properties, ...execution.properties });
  const said = fields.find(([name]) => /error|exception|failure|reason|message/i.test(name));
  return (
    <div className="failed" role="note">
      <strong>It failed.</strong> <pre>{said ? String(said[1].value) : "No error is recorded with it."}</pre>
    </div>
  );
}
