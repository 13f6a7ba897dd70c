// The direct neighbours of a record: what it was made from, and who used it. Farther ones are in its lineage.

import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { lineageParams } from "../api/asks";
import { api, dataOf } from "../api/client";
import type { LineageNode } from "../api/shapes";
import { Loaded } from "../state/States";
import { count } from "../values/numbers";
import { RecordChip } from "../values/RecordChip";

const SHOWN = 5;
const MOST = 60;

export function Neighbours({ focus }: { focus: string }) {
  const near = useQuery({
    queryKey: ["neighbours", focus],
    queryFn: ({ signal }) =>
      dataOf(
        api.GET("/api/v1/lineage", {
          params: { query: lineageParams({ focus, up: 1, down: 1, limit: MOST }) },
          signal,
        }),
      ),
  });
  const isArtifact = focus.startsWith("a");
  return (
    <Loaded query={near} rows={3}>
      {({ nodes, left_out: leftOut }) => (
        <>
          <Side title={isArtifact ? "Made from" : "Inputs"} nodes={sideOf(nodes, isArtifact, -1)} />
          <Side title={isArtifact ? "Used by" : "Outputs"} nodes={sideOf(nodes, isArtifact, 1)} />
          <p>
            <Link to="/lineage" search={{ focus }}>
              {leftOut > 0 ? `${count(leftOut, "more neighbour")} in its lineage` : "Its lineage"}
            </Link>
          </p>
        </>
      )}
    </Loaded>
  );
}

/** The neighbours of one side, nearest first: of an artifact its makers and their inputs, or its users and their outputs. */
function sideOf(nodes: readonly LineageNode[], isArtifact: boolean, sign: 1 | -1): LineageNode[] {
  const side = nodes.filter(({ distance }) => Math.sign(distance) === sign);
  if (!isArtifact) return side.filter(({ kind }) => kind === "artifact");
  // What it was made from says more than by which step; users are the steps.
  return sign < 0
    ? [...side].sort((left, right) => Number(left.kind === "execution") - Number(right.kind === "execution"))
    : side;
}

function Side({ title, nodes }: { title: string; nodes: readonly LineageNode[] }) {
  return (
    <section aria-label={title}>
      <h3>{title}</h3>
      {nodes.length === 0 && <p className="muted">Nothing is recorded.</p>}
      <ul className="chip-list">
        {nodes.slice(0, SHOWN).map((node) => (
          <li key={node.key}>
            <RecordChip card={node} />
          </li>
        ))}
        {nodes.length > SHOWN && (
          <li className="muted">and {count(nodes.length - SHOWN, "more", { plural: "more" })}</li>
        )}
      </ul>
    </section>
  );
}
