// The environments of records that are compared: what differs first, what is equal folded; packages by their names.

import "./environment.css";
import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { useEnvironments } from "../api/details";
import type { Node } from "../api/shapes";
import { Loaded } from "../state/States";
import { breakable } from "../values/names";
import { count } from "../values/numbers";
import {
  compareFields,
  compareMeasured,
  comparePackages,
  type Fact,
  type RecordEnvironment,
  tally,
} from "./environment";

interface ComparedProps {
  readonly nodes: readonly Node[];
  readonly names: readonly string[];
  /** How many records have a column each; of more, each value is said with how many have it. */
  readonly mostColumns: number;
}

export function ComparedEnvironments(props: ComparedProps) {
  const query = useEnvironments(props.nodes.map(({ key }) => key));
  return (
    <section aria-label="Where they ran" className="environment-compared">
      <h2>Where they ran</h2>
      <Loaded query={query} rows={4}>
        {({ items }) => <Compared {...props} items={items} />}
      </Loaded>
    </section>
  );
}

type Items = ComparedProps & { readonly items: readonly RecordEnvironment[] };

function Compared({ items, ...props }: Items) {
  const [fields, packages, measured] = useMemo(() => {
    const known = new Map(items.map((item) => [item.key, item]));
    const records = props.nodes.map(({ key }) => known.get(key));
    const environments = records.map((record) => record?.environment ?? null);
    return [compareFields(environments), comparePackages(environments), compareMeasured(records)];
  }, [items, props.nodes]);
  const equal = [...fields.equal, ...packages.equal, ...measured.equal];
  const differing = [...fields.differing, ...packages.differing];
  const isKnown = equal.length + differing.length + measured.differing.length > 0;
  const parts = [
    { title: "Code and machine", facts: fields.differing },
    { title: "Packages", facts: packages.differing },
    { title: "Measured", facts: measured.differing },
  ].filter(({ facts }) => facts.length > 0);
  if (!isKnown) return <p className="muted">Nobody recorded where they ran.</p>;
  return (
    <>
      <Makers items={items} />
      {differing.length === 0 && <p className="muted">They ran in the same environment, as far as it is recorded.</p>}
      {parts.length > 0 && <Facts label="What differs between the environments" parts={parts} {...props} />}
      {equal.length > 0 && (
        <details className="internal">
          <summary>
            {[
              fields.equal.length + measured.equal.length > 0 &&
                count(fields.equal.length + measured.equal.length, "equal field"),
              packages.equal.length > 0 && count(packages.equal.length, "equal package"),
            ]
              .filter(Boolean)
              .join(" and ")}
          </summary>
          <dl className="pairs">
            {equal.map(({ title, values }) => (
              <div key={title}>
                <dt>{title}</dt>
                <dd>
                  <bdi>{values[0]}</bdi>
                </dd>
              </div>
            ))}
          </dl>
        </details>
      )}
    </>
  );
}

/** For artifacts: whose environments these are. */
function Makers({ items }: Pick<Items, "items">) {
  const made = items.filter(({ key, execution }) => key.startsWith("a") && execution);
  const unknown = items.filter(({ key, execution }) => key.startsWith("a") && !execution).length;
  const executions = new Map(made.flatMap(({ execution }) => (execution ? [[execution.key, execution] as const] : [])));
  if (executions.size === 0 || executions.size > MOST_MAKERS) return null;
  return (
    <p className="muted">
      Of the executions that made them:{" "}
      {[...executions.values()].map(({ key, id, name }, at) => (
        <span key={key}>
          {at > 0 && ", "}
          <Link to="/executions/$id" params={{ id }}>
            <bdi>{name ?? key}</bdi> {key}
          </Link>
        </span>
      ))}
      {unknown > 0 && `; of ${count(unknown, "artifact")} none is recorded`}
    </p>
  );
}

const MOST_MAKERS = 20;

interface FactsProps extends ComparedProps {
  readonly label: string;
  readonly parts: readonly { readonly title: string; readonly facts: readonly Fact[] }[];
}

function Facts({ label, parts, nodes, names, mostColumns }: FactsProps) {
  const isWide = nodes.length > mostColumns;
  const columns = isWide ? ["Values, with how many have them"] : names;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section className="scroll-x compare-scroll" tabIndex={0} aria-label={label}>
      <table className="table compare-table">
        <thead>
          <tr>
            <th scope="col">Environment</th>
            {columns.map((name, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the columns have this order
              <th scope="col" key={at}>
                <bdi>{name}</bdi>
              </th>
            ))}
          </tr>
        </thead>
        {parts.map(({ title, facts }) => (
          <tbody key={title}>
            <tr className="compare-section">
              <th scope="rowgroup" colSpan={columns.length + 1}>
                {title}
              </th>
            </tr>
            {facts.map((fact) => (
              <tr key={fact.title}>
                <th scope="row">
                  <bdi>{breakable(fact.title)}</bdi>
                </th>
                {isWide ? <Tally fact={fact} /> : <Values fact={fact} />}
              </tr>
            ))}
          </tbody>
        ))}
      </table>
    </section>
  );
}

function Values({ fact: { values } }: { fact: Fact }) {
  return values.map((value, at) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the columns have this order
    <td key={at}>{value === undefined ? <span className="muted">–</span> : <bdi>{value}</bdi>}</td>
  ));
}

const MOST_VALUES = 10;

function Tally({ fact }: { fact: Fact }) {
  const found = tally(fact);
  const rest = found.length - MOST_VALUES;
  return (
    <td>
      {found.slice(0, MOST_VALUES).map(({ value, times }, at) => (
        <span key={value ?? ""}>
          {at > 0 && ", "}
          <bdi>{value ?? "none"}</bdi> <span className="muted">({times})</span>
        </span>
      ))}
      {rest > 0 && <span className="muted"> and {count(rest, "other value")}</span>}
    </td>
  );
}
