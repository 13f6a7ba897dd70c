// What a workspace or run holds by type; each count is a link to the list of just those.

import { Link } from "@tanstack/react-router";
import type { useHolding } from "../api/runs";
import { listWith, type Where } from "../filter/where";
import { Loaded } from "../state/States";
import { typeName } from "../values/humanNames";
import { formatCount } from "../values/numbers";
import { RecordIcon } from "../values/RecordIcon";

interface ByTypeProps {
  readonly holding: ReturnType<typeof useHolding>;
  /** The filter that finds what it holds, and the keys and values that it names besides. */
  readonly filter?: string;
  readonly where?: Where;
}

export function ByType({ holding, filter, where = [] }: ByTypeProps) {
  return (
    <Loaded query={holding} rows={1}>
      {({ by_type }) => (
        <ul className="tiles">
          {by_type.map(({ kind, type, count }) => (
            <li key={kind + type} className="tile">
              <Link
                to={kind === "execution" ? "/executions" : "/artifacts"}
                search={listWith([...where, ["type", type]], filter)}
              >
                <RecordIcon type={type} kind={kind} />
                <strong>{formatCount(count)}</strong>
                <bdi title={type}>{typeName(type)}</bdi>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Loaded>
  );
}
