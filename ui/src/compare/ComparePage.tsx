// Two to twenty artifacts side by side: differences, deltas to a baseline, metrics as a plot.

import { Button, Switch } from "@mantine/core";
import { useQueries } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import { count } from "../values/numbers";
import "./compare.css";
import { fetchEvaluations, useNodes } from "../api/details";
import type { Evaluation, Node } from "../api/shapes";
import { splitList } from "../app/search";
import { useTitle } from "../app/useTitle";
import { Empty, Failed, Loading } from "../state/States";
import { formatDelta } from "../values/numbers";
import { RecordChip } from "../values/RecordChip";
import { Value } from "../values/Value";
import { MetricPlot } from "./MetricPlot";
import { type CompareRow, compareRows, deltaOf } from "./table";

interface CompareSearch {
  readonly ids?: string;
  readonly base?: string;
  readonly all?: string;
}

const MOST = 20;

export default function ComparePage() {
  const search = useSearch({ strict: false }) as CompareSearch;
  useTitle("Compare");
  const ids = splitList(search.ids)
    .map((key) => key.replace(/^a/, ""))
    .slice(0, MOST);
  const nodes = useNodes("artifacts", ids);
  const evaluations = useQueries({
    queries: ids.map((id) => ({ queryKey: ["evaluations", id], queryFn: () => fetchEvaluations(id) })),
  });
  const rows = useRows(
    nodes.data?.items,
    evaluations.map(({ data }) => data?.items),
  );
  if (ids.length < 2) return <Empty title="Choose two to twenty artifacts">{HOW}</Empty>;
  if (nodes.error) return <Failed error={nodes.error} retry={() => void nodes.refetch()} />;
  if (!nodes.data || evaluations.some(({ isPending }) => isPending)) return <Loading rows={12} />;
  return <Comparison nodes={nodes.data.items} rows={rows} search={search} missing={nodes.data.missing} />;
}

const HOW = (
  <p>
    In the list of <Link to="/artifacts">artifacts</Link>, tick them and press <kbd>c</kbd>.
  </p>
);

function useRows(nodes: readonly Node[] | undefined, evaluations: readonly (readonly Evaluation[] | undefined)[]) {
  const stamp = evaluations.map((items) => items?.length ?? 0).join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the stamp stands for the evaluations
  return useMemo(() => {
    const known = evaluations.map((items) => items ?? []);
    return nodes ? compareRows(nodes, known) : [];
  }, [nodes, stamp]);
}

interface ComparisonProps {
  readonly nodes: readonly Node[];
  readonly rows: readonly CompareRow[];
  readonly search: CompareSearch;
  readonly missing: readonly string[];
}

function Comparison({ nodes, rows, search, missing }: ComparisonProps) {
  const navigate = useNavigate();
  const change = (changes: CompareSearch) =>
    void navigate({ to: "/compare", search: (old) => ({ ...old, ...changes }) as never, replace: true });
  const base = nodes.findIndex(({ key }) => key === search.base);
  const shown = search.all ? rows : rows.filter(({ differs, section }) => differs || section === "Metrics");
  const equal = rows.filter(({ differs, section }) => !differs && section !== "Metrics").length;
  return (
    <article className="compare">
      <header className="compare-head">
        <h1>Compare {count(nodes.length, "artifact")}</h1>
        <Switch
          size="xs"
          label={`Equal fields too (${equal})`}
          checked={Boolean(search.all)}
          onChange={(event) => change({ all: event.currentTarget.checked ? "1" : "" })}
        />
        {nodes.length === 2 && (
          <Link to="/lineage" search={{ focus: nodes[0]?.key, path: nodes.map(({ key }) => key).join(",") }}>
            How they are related
          </Link>
        )}
      </header>
      {missing.length > 0 && <p className="muted">Not in the store: {missing.join(", ")}</p>}
      <MetricPlot nodes={nodes} rows={rows.filter(({ section }) => section === "Metrics")} />
      <div className="scroll-x compare-scroll">
        <table className="table compare-table">
          <thead>
            <tr>
              <th scope="col">Field</th>
              {nodes.map((node, at) => (
                <th key={node.key} scope="col">
                  <RecordChip card={node} />
                  <Button
                    variant={at === base ? "light" : "subtle"}
                    aria-pressed={at === base}
                    onClick={() => change({ base: at === base ? "" : node.key })}
                  >
                    baseline
                  </Button>
                </th>
              ))}
            </tr>
          </thead>
          <Sections rows={shown} base={base} columns={nodes.length} />
        </table>
      </div>
      {shown.length === 0 && <Empty title="They differ in nothing that is recorded" />}
    </article>
  );
}

function Sections({ rows, base, columns }: { rows: readonly CompareRow[]; base: number; columns: number }) {
  const sections = [...new Set(rows.map(({ section }) => section))];
  return sections.map((section) => (
    <tbody key={section}>
      <tr className="compare-section">
        <th scope="rowgroup" colSpan={columns + 1}>
          {section}
        </th>
      </tr>
      {rows
        .filter((row) => row.section === section)
        .map((row) => (
          <Row key={row.name} row={row} base={base} />
        ))}
    </tbody>
  ));
}

function Row({ row, base }: { row: CompareRow; base: number }) {
  return (
    <tr className={row.differs ? "differs" : ""}>
      <th scope="row">
        <bdi>{row.name}</bdi>
      </th>
      {row.values.map((value, at) => {
        const delta = base < 0 || at === base ? null : deltaOf(value, row.values[base]);
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: the columns have this order
          <td key={at}>
            {value ? <Value {...value} /> : <span className="muted">–</span>}
            {delta !== null && <span className={`delta ${delta > 0 ? "up" : "down"}`}>{formatDelta(delta)}</span>}
          </td>
        );
      })}
    </tr>
  );
}
