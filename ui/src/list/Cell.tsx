// One cell of a list.

import { Link } from "@tanstack/react-router";
import { durationOf, pageOf, type Row, titleOf } from "../api/shapes";
import { listWith } from "../filter/where";
import { Ago } from "../values/Ago";
import { FailureLine } from "../values/Failure";
import { typeName } from "../values/humanNames";
import { Aliases, Labels } from "../values/Labels";
import { Name } from "../values/Name";
import { formatNumber, toNumber } from "../values/numbers";
import { RecordIcon, StateBadge } from "../values/RecordIcon";
import { formatDuration } from "../values/times";
import { Value } from "../values/Value";
import { FIGURES, metricOf, valueIn } from "./columns";

interface CellProps {
  readonly row: Row;
  readonly column: string;
  readonly shortName: string;
}

export function Cell({ row, column, shortName }: CellProps) {
  switch (column) {
    case "name":
      return <NameCell row={row} shortName={shortName} />;
    case "version":
      return <Name name={row.version ?? ""} fallback="–" most={18} />;
    case "type":
      return <bdi title={row.type}>{typeName(row.type)}</bdi>;
    case "state":
      return <StateBadge state={row.state} />;
    case "labels":
      return <Labels labels={row.labels} most={2} />;
    case "aliases":
      return <Aliases aliases={row.aliases} most={2} />;
    case "failure":
      return row.failure ? <FailureLine failure={row.failure} /> : <Absent />;
    case "created":
    case "updated":
      return <Ago time={row[column]} />;
    case "ran":
      return <Ago time={(row.end_is_recorded ? row.ended : row.started) ?? row.created} />;
    case "duration":
      return <Duration row={row} />;
    case "id":
      return <span className="mono">{row.id}</span>;
    case "uri":
      return (
        <bdi className="mono" title={row.uri ?? ""}>
          {row.uri ?? "–"}
        </bdi>
      );
    case "made_by":
      return <MadeBy row={row} />;
    case "workspace":
    case "run":
      return <Group row={row} group={column} />;
    default:
      return <OwnCell row={row} column={column} />;
  }
}

function NameCell({ row, shortName }: { row: Row; shortName: string }) {
  return (
    <span className="name-cell">
      <RecordIcon type={row.type} kind={pageOf(row) === "/runs/$id" ? "run" : row.kind} />
      <Link
        to={pageOf(row)}
        params={{ id: row.id }}
        className="record-link"
        tabIndex={-1}
        title={titleOf(row)}
        onClick={stop}
      >
        <bdi className={row.name ? "" : "muted"}>
          <NameText name={titleOf(row)} shortName={shortName} />
        </bdi>
      </Link>
    </span>
  );
}

/** As many letters as the narrowest column has room for. */
const FITTING = 24;
/** As many of the last letters of a longer name as stay in sight, since names often differ there. */
const KEPT = 12;

/** A name whose middle gives way where the column is narrow: what stands behind the cut tells it from others. */
function NameText({ name, shortName }: { name: string; shortName: string }) {
  const points = Array.from(shortName);
  if (points.length <= FITTING) return shortName;
  const cut = points.indexOf("…");
  const at = cut > 0 ? cut : points.length - KEPT;
  return (
    <>
      <span className="sr-only">{name}</span>
      <span className={cut > 0 ? "name-parts" : "name-parts name-whole"} aria-hidden>
        <span>{points.slice(0, at).join("")}</span>
        <span>{points.slice(at).join("")}</span>
      </span>
    </>
  );
}

/** A link in a row opens its own target; the row's click would open the preview. */
function stop(event: React.MouseEvent): void {
  event.stopPropagation();
}

function Duration({ row }: { row: Row }) {
  const duration = durationOf(row);
  return duration === undefined ? <Absent /> : <span>{formatDuration(duration)}</span>;
}

function MadeBy({ row }: { row: Row }) {
  if (!row.made_by) return <Absent />;
  return (
    <Link
      to="/executions/$id"
      params={{ id: row.made_by.id }}
      tabIndex={-1}
      onClick={stop}
      title={row.made_by.name ?? ""}
    >
      <bdi>{row.made_by.name || `#${row.made_by.id}`}</bdi>
    </Link>
  );
}

function Group({ row, group }: { row: Row; group: "workspace" | "run" }) {
  const name = row[group];
  if (!name) return <Absent />;
  return (
    <Link
      to={row.kind === "execution" ? "/executions" : "/artifacts"}
      search={listWith([[group, name]])}
      tabIndex={-1}
      onClick={stop}
      title={name}
    >
      <bdi>{name}</bdi>
    </Link>
  );
}

function OwnCell({ row, column }: { row: Row; column: string }) {
  const value = valueIn(row, column);
  if (!value) return <Absent />;
  const shown = metricOf(column);
  const metric = shown && row.metrics[shown.name];
  if (!metric || metric.count < 2) return <Value {...value} isShort />;
  const [least, greatest] = [toNumber(metric.least) ?? 0, toNumber(metric.greatest) ?? 0];
  const spread = `${FIGURES[shown.figure]} of ${metric.count}; from ${formatNumber(least)} to ${formatNumber(greatest)}`;
  return (
    <span title={spread}>
      <Value {...value} isShort />
    </span>
  );
}

function Absent() {
  return <span className="muted">–</span>;
}
