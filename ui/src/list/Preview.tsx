// The record of a row beside the list: enough to decide whether to open it.

import { ActionIcon } from "@mantine/core";
import { IconBinaryTree, IconExternalLink, IconX } from "@tabler/icons-react";
import { useNode } from "../api/details";
import { type Node, pageOf, type Row, titleOf } from "../api/shapes";
import { LinkButton } from "../app/LinkButton";
import { FoldedEnvironment } from "../environment/EnvironmentSection";
import { withoutEnvironment } from "../environment/environment";
import { Loaded } from "../state/States";
import { Ago } from "../values/Ago";
import { CopyButton } from "../values/CopyButton";
import { FailureBrief } from "../values/Failure";
import { metricName } from "../values/humanNames";
import { Aliases, Labels } from "../values/Labels";
import { Name } from "../values/Name";
import { count, formatNumber, toNumber } from "../values/numbers";
import { PropertyList } from "../values/PropertyList";
import { RecordIcon, StateBadge } from "../values/RecordIcon";
import { Uri } from "../values/Value";
import { Neighbours } from "./Neighbours";

const API_KIND = { artifact: "artifacts", execution: "executions", context: "contexts" } as const;

export function Preview({ row, onClose }: { row: Row; onClose: () => void }) {
  const node = useNode(API_KIND[row.kind], row.id);
  return (
    <aside className="preview" aria-label={`Preview of ${titleOf(row)}`}>
      <header>
        <RecordIcon type={row.type} kind={row.kind} size={20} />
        <h2>
          <Name name={titleOf(row)} />
        </h2>
        <ActionIcon aria-label="Close the preview" onClick={onClose}>
          <IconX size={16} />
        </ActionIcon>
      </header>
      <p className="facts">
        {row.version && <Name name={row.version} />}
        {row.state && <StateBadge state={row.state} />}
        <Ago time={row.created} />
        <span className="mono muted">
          id {row.id} <CopyButton value={row.id} label="Copy the id" />
        </span>
      </p>
      <p className="chips">
        <LinkButton to={pageOf(row)} params={{ id: row.id }} leftSection={<IconExternalLink size={14} />}>
          Open
        </LinkButton>
        {row.kind !== "context" && (
          <LinkButton to="/lineage" search={{ focus: row.key }} leftSection={<IconBinaryTree size={14} />}>
            Lineage
          </LinkButton>
        )}
      </p>
      {row.uri && <Uri uri={row.uri} canCopy />}
      <Loaded query={node} rows={4}>
        {(loaded) => <Details node={loaded} />}
      </Loaded>
      {row.kind !== "context" && <Neighbours focus={row.key} />}
    </aside>
  );
}

function Details({ node }: { node: Node }) {
  return (
    <>
      {node.failure && (
        <div className="failed" role="note">
          <FailureBrief failure={node.failure} />
        </div>
      )}
      <Metrics node={node} />
      {node.aliases.length > 0 && <Aliases aliases={node.aliases} />}
      {Object.keys(node.labels).length > 0 && <Labels labels={node.labels} />}
      <PropertyList record={withoutEnvironment(node)} />
      <FoldedEnvironment execution={node} />
    </>
  );
}

/** The numbers that stand for a record, or all of an evaluation. */
function Metrics({ node }: { node: Node }) {
  const all = Object.keys(node.metrics).filter((name) => !name.startsWith("__"));
  if (node.headline.length === 0) return null;
  const more = all.length - node.headline.length;
  return (
    <section aria-label="Metrics">
      <dl className="figures figures-small">
        {node.headline.map((name) => (
          <div key={name}>
            <dt title={name}>
              <bdi>{metricName(name)}</bdi>
            </dt>
            <dd title={String(node.metrics[name]?.last)}>
              {formatNumber(toNumber(node.metrics[name]?.last) ?? Number.NaN)}
            </dd>
          </div>
        ))}
      </dl>
      {more > 0 && <p className="muted">{count(more, "more number")} on its page</p>}
    </section>
  );
}
