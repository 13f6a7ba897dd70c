// What is not drawn and why, each with its undo; the path that is shown.

import { ActionIcon, Button } from "@mantine/core";
import { IconArrowsJoin, IconDownload, IconFilter, IconX } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { Fragment, type ReactNode, useMemo } from "react";
import { joinList, type LineageSearch, splitList } from "../app/search";
import { Ago } from "../values/Ago";
import { count, formatCount } from "../values/numbers";
import { saveCsv } from "./ExportMenu";
import { Stops } from "./Stops";
import type { LineageState, PathState } from "./useLineage";
import { mergedCount } from "./view";

const LIVE = "LIVE";
/** How many executions with deleted outputs are named. */
const MOST_NAMED = 3;

interface ChipsProps {
  readonly search: LineageSearch;
  readonly lineage: LineageState;
  readonly change: (changes: LineageSearch, replace?: boolean) => void;
}

export function Chips({ search, lineage, change }: ChipsProps) {
  const name = (key: string) => lineage.graph.all.nodes.get(key)?.name || key;
  const hidden = splitList(search.hide);
  const stacked = [...lineage.graph.nodes.values()].filter(({ kind }) => kind === "stack");
  const inStacks = stacked.reduce((sum, { members }) => sum + (members?.length ?? 0), 0);
  return (
    <div className="lineage-chips">
      <span>
        {count(lineage.graph.nodes.size, "node")}
        {stacked.length > 0 && (
          <span className="muted">
            {" "}
            · {formatCount(inStacks)} more in {count(stacked.length, "stack")}
          </span>
        )}
        <DeletedOutputs lineage={lineage} />
        {lineage.cuts.map((cut) => (
          <span className="muted" key={cut}>
            {" "}
            · {cut}
          </span>
        ))}
      </span>
      <Stops search={search} lineage={lineage} change={change} />
      <Merge search={search} lineage={lineage} change={change} />
      <LiveOnly search={search} lineage={lineage} change={change} />
      {hidden.map((key) => (
        <Chip key={key} onUndo={() => change({ hide: joinList(hidden.filter((other) => other !== key)) })}>
          hidden: {name(key)}
        </Chip>
      ))}
      {search.only && (
        <Chip onUndo={() => change({ only: undefined })}>
          only relatives of {name(search.only)} · {formatCount(lineage.graph.hiddenCount)} hidden
        </Chip>
      )}
      {splitList(search.apart).map((key) => (
        <Chip
          key={key}
          onUndo={() => change({ apart: joinList(splitList(search.apart).filter((other) => other !== key)) })}
        >
          apart: {name(key)}
        </Chip>
      ))}
      <TimeChips search={search} change={change} />
      {lineage.path && <PathChip path={lineage.path} search={search} name={name} change={change} />}
    </div>
  );
}

/** How many outputs were deleted: the graph has no nodes for them, but the record had an effect on them. */
function DeletedOutputs({ lineage }: Pick<ChipsProps, "lineage">) {
  const of = [...lineage.graph.all.nodes.values()].filter(({ deletedOutputs }) => deletedOutputs);
  if (of.length === 0) return null;
  const total = of.reduce((sum, { deletedOutputs = 0 }) => sum + deletedOutputs, 0);
  const places = of.slice(0, MOST_NAMED);
  return (
    <span className="muted">
      {" "}
      and {count(total, "deleted output")} of{" "}
      {places.map(({ key, id, name }, at) => (
        <Fragment key={key}>
          {at > 0 && ", "}
          <Link to="/executions/$id" params={{ id }}>
            <bdi>{name || `execution ${id}`}</bdi>
          </Link>
        </Fragment>
      ))}
      {of.length > places.length && ` and ${count(of.length - places.length, "other execution")}`}
    </span>
  );
}

/** A long history is short once the versions of a name are one node. */
function Merge({ search, lineage, change }: ChipsProps) {
  const { graph } = lineage;
  const after = useMemo(() => mergedCount(graph.all, graph, search), [graph, search]);
  if (search.merge) return <Chip onUndo={() => change({ merge: undefined })}>versions merged</Chip>;
  if (after === undefined || lineage.isLoading) return null;
  return (
    <Button onClick={() => change({ merge: "versions" })} leftSection={<IconArrowsJoin size={14} />}>
      Merge versions: {formatCount(graph.nodes.size)} → {count(after, "node")}
    </Button>
  );
}

/** What is live among thousands is what matters when something is wrong with where it came from. */
function LiveOnly({ search, lineage, change }: ChipsProps) {
  const { graph } = lineage;
  const live = [...graph.all.nodes.values()].filter(({ kind, state }) => kind === "artifact" && state === LIVE);
  if (search.state) {
    return (
      <>
        <Chip onUndo={() => change({ state: undefined })}>
          only {search.state.toLowerCase()} artifacts · {formatCount(graph.hiddenCount)} hidden
        </Chip>
        <Button onClick={() => saveCsv(graph, search.focus)} leftSection={<IconDownload size={14} />}>
          CSV
        </Button>
      </>
    );
  }
  if (live.length === 0) return null;
  return (
    <Button onClick={() => change({ state: LIVE })} leftSection={<IconFilter size={14} />}>
      Only the {formatCount(live.length)} live
    </Button>
  );
}

/** The time that the graph is of. */
function TimeChips({ search, change }: Pick<ChipsProps, "search" | "change">) {
  return (
    <>
      {search.asof && (
        <Chip onUndo={() => change({ asof: undefined })}>
          as of <Ago time={Number(search.asof)} exact />
        </Chip>
      )}
      {search.since && (
        <Chip onUndo={() => change({ since: undefined })}>
          since <Ago time={Number(search.since)} exact />
        </Chip>
      )}
    </>
  );
}

interface PathChipProps extends Pick<ChipsProps, "search" | "change"> {
  readonly path: PathState;
  readonly name: (key: string) => string;
}

function PathChip({ path, search, name, change }: PathChipProps) {
  const at = Number(search.way ?? 0) % Math.max(1, path.ways.length);
  const step = (by: number) => change({ way: String((at + by + path.ways.length) % path.ways.length) }, true);
  const ends = `${name(path.from)} → ${name(path.to)}`;
  return (
    <Chip onUndo={() => change({ path: undefined, way: undefined })}>
      {path.isLoading && `looking for ${ends} …`}
      {!path.isLoading && path.ways.length > 0 && `${ends}: path ${at + 1} of ${path.ways.length}`}
      {!path.isLoading && path.ways.length === 0 && path.related}
      {path.cuts.map((cut) => ` · ${cut}`)}
      {path.ways.length > 1 && (
        <>
          <Button variant="subtle" onClick={() => step(-1)} title="Key: p">
            previous
          </Button>
          <Button variant="subtle" onClick={() => step(1)} title="Key: n">
            next
          </Button>
        </>
      )}
    </Chip>
  );
}

function Chip({ children, onUndo }: { children: ReactNode; onUndo: () => void }) {
  return (
    <span className="chip">
      <bdi>{children}</bdi>
      <ActionIcon size={24} aria-label="Undo this" onClick={onUndo}>
        <IconX size={12} />
      </ActionIcon>
    </span>
  );
}
