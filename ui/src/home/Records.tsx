// Models in production with their numbers, what was made last, and the workspaces with what they hold.

import { Link } from "@tanstack/react-router";
import { type ProductionModels, useProductionModels, useRecentArtifacts, useRecentWorkspaces } from "../api/home";
import { useTotal } from "../api/listing";
import { type Row, titleOf } from "../api/shapes";
import { listWith } from "../filter/where";
import { Loaded } from "../state/States";
import { Ago } from "../values/Ago";
import { metricName, typeName } from "../values/humanNames";
import { Name } from "../values/Name";
import { count } from "../values/numbers";
import { RecordIcon } from "../values/RecordIcon";
import { Value } from "../values/Value";
import { Panel } from "./Panel";

const RULES: Readonly<Record<ProductionModels["rule"], string>> = {
  production: "by alias or stage",
  live: "in the state live: no model has the alias or the stage production",
};

export function Production() {
  const query = useProductionModels();
  const { data } = query;
  const shown = data && {
    number: data.items.length,
    total: data.count,
    more: !data.exact,
    to: "artifacts" as const,
    search: { filter: data.q, sort: "-updated" },
  };
  return (
    <Panel title="Models in production" note={data && data.count > 0 ? RULES[data.rule] : undefined} shown={shown}>
      <Loaded query={query} rows={5}>
        {({ items, headline }) => (
          <>
            <ul className="home-rows">
              {items.map((row) => (
                <li key={row.key}>
                  <Model row={row} />
                  <Figure row={row} headline={headline} />
                </li>
              ))}
            </ul>
            {items.length === 0 && (
              <p className="muted">
                None. <code>model.promote("production")</code> in Python puts a model into production.
              </p>
            )}
          </>
        )}
      </Loaded>
    </Panel>
  );
}

function Model({ row }: { row: Row }) {
  return (
    <span className="home-name">
      <RecordIcon type={row.type} kind={row.kind} />
      <Link to="/artifacts/$id" params={{ id: row.id }} title={titleOf(row)}>
        <bdi>{titleOf(row)}</bdi>
      </Link>
      {row.version && (
        <span className="muted">
          <Name name={row.version} most={16} />
        </span>
      )}
    </span>
  );
}

/** The latest value of the metric that stands for the models, with its name. */
function Figure({ row, headline }: { row: Row; headline: string | null }) {
  const [name, metric] =
    Object.entries(row.metrics).find(([each]) => each === headline) ?? Object.entries(row.metrics)[0] ?? [];
  return (
    <span className="home-end">
      {name !== undefined && metric !== undefined && (
        <span title={name}>
          <span className="muted">{metricName(name)}</span>{" "}
          <strong>
            <Value kind="double" value={metric.last} />
          </strong>
        </span>
      )}
      <span className="muted">
        changed <Ago time={row.updated} />
      </span>
    </span>
  );
}

export function MadeLast() {
  const query = useRecentArtifacts();
  const counted = useTotal({ kind: "artifacts", filter: "", query: undefined, unarchived: true });
  const shown = query.data &&
    counted && {
      number: query.data.items.length,
      total: counted.count,
      more: !counted.exact,
      to: "artifacts" as const,
    };
  return (
    <Panel title="Made last" shown={shown || undefined}>
      <Loaded query={query} rows={5}>
        {({ items }) => (
          <>
            <ul className="home-rows">
              {items.map((row) => (
                <li key={row.key}>
                  <Model row={row} />
                  <span className="home-end muted">
                    <span title={row.type}>{typeName(row.type)}</span>
                    <Ago time={row.created} />
                  </span>
                </li>
              ))}
            </ul>
            {items.length === 0 && <p className="muted">There are no artifacts, or only archived ones.</p>}
          </>
        )}
      </Loaded>
    </Panel>
  );
}

export function WorkspacesPanel() {
  const query = useRecentWorkspaces();
  const { data } = query;
  const shown = data && { number: data.items.length, total: data.count, to: "workspaces" as const };
  return (
    <Panel title="Workspaces" shown={shown}>
      <Loaded query={query} rows={5}>
        {({ items }) => (
          <>
            <ul className="home-rows">
              {items.map(({ key, id, name, type, artifacts, executions }) => (
                <li key={key}>
                  <span className="home-name">
                    <RecordIcon type="" kind="workspace" />
                    <Link to="/workspaces/$id" params={{ id }} title={name ?? ""}>
                      <bdi>{name || `id ${id}`}</bdi>
                    </Link>
                    <span className="muted" title={type}>
                      {typeName(type)}
                    </span>
                  </span>
                  <span className="home-end">
                    <Link to="/artifacts" search={listWith([["workspace", name ?? ""]])}>
                      {count(artifacts.count, "artifact", { more: !artifacts.exact })}
                    </Link>
                    <Link to="/executions" search={listWith([["workspace", name ?? ""]])}>
                      {count(executions.count, "execution", { more: !executions.exact })}
                    </Link>
                  </span>
                </li>
              ))}
            </ul>
            {items.length === 0 && <p className="muted">There are no workspaces yet.</p>}
          </>
        )}
      </Loaded>
    </Panel>
  );
}
