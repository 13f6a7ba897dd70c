// Up to 200 artifacts or executions side by side: differences, deltas to a baseline, charts of parameters and metrics.

import { Button } from "@mantine/core";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import "./compare.css";
import { titleOf } from "../api/shapes";
import { splitList } from "../app/search";
import { useTitle } from "../app/useTitle";
import { ComparedEnvironments } from "../environment/ComparedEnvironments";
import { Empty, Failed, Loading } from "../state/States";
import { typeNames } from "../values/humanNames";
import { cutDistinct } from "../values/names";
import { count } from "../values/numbers";
import { type CompareSearch, keysOf, MOST_COLUMNS, MOST_COMPARED } from "./address";
import { Charts } from "./Charts";
import { CompareTable } from "./CompareTable";
import { Dots } from "./Dots";
import { Overlaid } from "./Overlaid";
import { RecordRows } from "./RecordRows";
import { type CompareProps, useCompared } from "./useCompared";

export default function ComparePage() {
  const search = useSearch({ strict: false }) as CompareSearch;
  useTitle("Compare");
  const all = useMemo(() => keysOf(search.ids), [search.ids]);
  const keys = useMemo(() => all.slice(0, MOST_COMPARED), [all]);
  const { comparison, error, refetch } = useCompared(keys.length < 2 ? NONE : keys);
  if (keys.length < 2) return <Empty title={`Choose 2 to ${count(MOST_COMPARED, "record")}`}>{HOW}</Empty>;
  if (error) return <Failed error={error} retry={refetch} />;
  if (!comparison) return <Loading rows={12} />;
  return <Compared comparison={comparison} search={search} left={all.slice(MOST_COMPARED).length} />;
}

const NONE: readonly string[] = [];
const HOW = (
  <p>
    In the list of <Link to="/artifacts">artifacts</Link> or <Link to="/executions">executions</Link>, tick them and
    press <kbd>c</kbd>.
  </p>
);

function Compared({ comparison, search, left }: Pick<CompareProps, "comparison" | "search"> & { left: number }) {
  const navigate = useNavigate();
  const change = (changes: CompareSearch) =>
    void navigate({
      to: "/compare",
      search: (old) => ({ ...old, ...changes }) as never,
      replace: true,
      resetScroll: false,
    });
  const { nodes, rows, missing, exact, hasAllInputs } = comparison;
  const types = [...typeNames(nodes.map(({ type }) => type)).values()];
  const names = useMemo(() => {
    const whole = nodes.map((node) => `${titleOf(node)} ${node.version ?? node.key}`);
    const short = cutDistinct(whole, 32);
    return whole.map((name) => short.get(name) ?? name);
  }, [nodes]);
  const equal = rows.filter(({ differs }) => !differs).length;
  const props = { comparison, names, search, turned: new Set(splitList(search.turned)), change };
  const noun = nodes.every(({ kind }) => kind === "execution")
    ? "execution"
    : nodes.every(({ kind }) => kind === "artifact")
      ? "artifact"
      : "record";
  return (
    <article className="compare">
      <header className="compare-head">
        <h1>Compare {count(nodes.length, noun)}</h1>
        {equal > 0 && (
          <Button aria-pressed={Boolean(search.all)} onClick={() => change({ all: search.all ? "" : "1" })}>
            {search.all ? "Hide" : "Show"} {count(equal, "identical field")}
          </Button>
        )}
        {nodes.length === 2 && (
          <Link to="/lineage" search={{ focus: nodes[0]?.key, path: nodes.map(({ key }) => key).join(",") }}>
            How they are related
          </Link>
        )}
      </header>
      {left > 0 && (
        <p className="muted">
          {count(left, "more record")} {left === 1 ? "is" : "are"} not compared: up to {MOST_COMPARED} can be.
        </p>
      )}
      {missing.length > 0 && <p className="muted">Not in the store: {missing.join(", ")}</p>}
      {!exact && <p className="muted">These records have so many reports that only the newest metrics were read.</p>}
      {!hasAllInputs && <p className="muted">They read so much that only the first 10,000 inputs are compared.</p>}
      {types.length > 1 && <p className="muted">These records are of different types: {types.join(", ")}.</p>}
      <Dots {...props} />
      {nodes.length > 2 && <Charts {...props} />}
      <Overlaid {...props} />
      {nodes.length > MOST_COLUMNS ? <RecordRows {...props} /> : <CompareTable {...props} />}
      <ComparedEnvironments nodes={nodes} names={names} mostColumns={MOST_COLUMNS} />
    </article>
  );
}
