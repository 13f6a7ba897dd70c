// The types of the store: what they declare, how many records each has.

import { Link } from "@tanstack/react-router";
import { useTypes } from "../api/metrics";
import type { TypeInfo } from "../api/shapes";
import { useTitle } from "../app/useTitle";
import { listWith } from "../filter/where";
import { Loaded } from "../state/States";
import { breakable } from "../values/names";
import { formatCount } from "../values/numbers";
import { RecordIcon } from "../values/RecordIcon";

const KINDS = [
  { kind: "artifact", title: "Artifact types", to: "/artifacts" },
  { kind: "execution", title: "Execution types", to: "/executions" },
  { kind: "context", title: "Context types", to: "/workspaces" },
] as const;

export default function TypesPage() {
  useTitle("Types");
  const types = useTypes();
  return (
    <article className="record-page">
      <h1>Types</h1>
      <Loaded query={types} rows={8}>
        {({ items }) => KINDS.map((section) => <Section key={section.kind} section={section} types={items} />)}
      </Loaded>
    </article>
  );
}

function Section({ section, types }: { section: (typeof KINDS)[number]; types: readonly TypeInfo[] }) {
  const own = types.filter(({ kind }) => kind === section.kind);
  const used = own.filter(({ count }) => count > 0).sort((left, right) => right.count - left.count);
  const unused = own.filter(({ count }) => count === 0);
  return (
    <section aria-label={section.title}>
      <h2>{section.title}</h2>
      <div className="scroll-x">
        <table className="table">
          <thead>
            <tr>
              <th>Name</th>
              <th className="end">Records</th>
              <th>Declares</th>
            </tr>
          </thead>
          <tbody>
            {used.map((type) => (
              <TypeRow key={type.id} type={type} to={section.to} />
            ))}
          </tbody>
        </table>
      </div>
      {unused.length > 0 && (
        <details className="internal">
          <summary>{unused.length} without records</summary>
          <p>{unused.map(({ name }) => name).join(", ")}</p>
        </details>
      )}
    </section>
  );
}

function TypeRow({ type, to }: { type: TypeInfo; to: (typeof KINDS)[number]["to"] }) {
  const declared = Object.entries(type.properties);
  return (
    <tr>
      <td>
        <RecordIcon type={type.name} kind={type.kind} size={14} />{" "}
        <Link to={to} search={listWith([["type", type.name]])}>
          <bdi>{breakable(type.name)}</bdi>
        </Link>
        {type.version && <span className="muted"> {type.version}</span>}
        {type.base_type && <span className="muted"> · is a {type.base_type.toLowerCase()}</span>}
      </td>
      <td className="end number">{formatCount(type.count)}</td>
      <td className="wrap">
        {declared.length === 0 ? (
          <span className="muted">nothing</span>
        ) : (
          declared.map(([name, kind]) => (
            <code key={name} title={kind.toLowerCase()}>
              {name}
            </code>
          ))
        )}
      </td>
    </tr>
  );
}
