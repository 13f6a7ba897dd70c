// What a workspace or run holds by type; each count is a link to the list of just those.

import { Link } from "@tanstack/react-router";
import type { useHolding } from "../api/runs";
import { quoteValue } from "../filter/write";
import { Loaded } from "../state/States";
import { shortType } from "../values/names";
import { formatCount } from "../values/numbers";
import { RecordIcon } from "../values/RecordIcon";

interface ByTypeProps {
  readonly holding: ReturnType<typeof useHolding>;
  /** The filter that finds what it holds. */
  readonly inside: string;
}

export function ByType({ holding, inside }: ByTypeProps) {
  return (
    <Loaded query={holding} rows={1}>
      {({ by_type }) => (
        <ul className="tiles">
          {by_type.map(({ kind, type, count }) => (
            <li key={kind + type} className="tile">
              <Link
                to={kind === "execution" ? "/executions" : "/artifacts"}
                search={{ filter: `type=${quoteValue(type)} ${inside}`.trim() }}
              >
                <RecordIcon type={type} kind={kind} />
                <strong>{formatCount(count)}</strong>
                <bdi title={type}>{shortType(type)}</bdi>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Loaded>
  );
}
