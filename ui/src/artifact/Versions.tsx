// The versions of the same name, newest first. Each has its own lineage.

import { Link } from "@tanstack/react-router";
import type { Row } from "../api/shapes";
import { Loaded } from "../state/States";
import { Ago } from "../values/Ago";
import { Name } from "../values/Name";
import { StateBadge } from "../values/RecordIcon";

interface VersionsProps {
  readonly query: React.ComponentProps<typeof Loaded<{ items: Row[] }>>["query"];
  readonly current: string;
}

export function Versions({ query, current }: VersionsProps) {
  return (
    <Loaded query={query}>
      {({ items }) => (
        <div className="scroll-x">
          <table className="table">
            <thead>
              <tr>
                <th>Version</th>
                <th>State</th>
                <th>Made by</th>
                <th>Created</th>
                <th>Lineage</th>
              </tr>
            </thead>
            <tbody>
              {items.map((row) => (
                <VersionRow key={row.key} row={row} isCurrent={row.id === current} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Loaded>
  );
}

function VersionRow({ row, isCurrent }: { row: Row; isCurrent: boolean }) {
  return (
    <tr aria-current={isCurrent || undefined}>
      <td>
        <Link to="/artifacts/$id" params={{ id: row.id }}>
          <Name name={row.version ?? ""} fallback={`id ${row.id}`} />
        </Link>
        {isCurrent && <span className="muted"> (this)</span>}
      </td>
      <td>
        <StateBadge state={row.state} />
      </td>
      <td>
        {row.made_by ? (
          <Link to="/executions/$id" params={{ id: row.made_by.id }}>
            <bdi>{row.made_by.name || `#${row.made_by.id}`}</bdi>
          </Link>
        ) : (
          "–"
        )}
      </td>
      <td>
        <Ago time={row.created} />
      </td>
      <td>
        <Link to="/lineage" search={{ focus: row.key }}>
          Lineage
        </Link>
      </td>
    </tr>
  );
}
