// What a workspace or run holds by type; each count is a link to the list of just those.

import { Link } from "@tanstack/react-router";
import type { useHolding } from "../api/runs";
import { listWith, type Where } from "../filter/where";
import { Loaded } from "../state/States";
import { typeNames } from "../values/humanNames";
import { formatCount } from "../values/numbers";
import { RecordIcon } from "../values/RecordIcon";

interface ByTypeProps {
  readonly holding: ReturnType<typeof useHolding>;
  /** The filter that finds what it holds, and the keys and values that it names besides. */
  readonly filter?: string;
  readonly where?: Where;
}

type Held = Pick<NonNullable<ReturnType<typeof useHolding>["data"]>, "by_type">;

/** What it holds of each type that a list of them shows: without archived records. */
export function unarchivedOf({ by_type }: Held, of?: "artifact" | "execution") {
  return by_type
    .filter(({ kind }) => of === undefined || kind === of)
    .map((each) => ({ ...each, count: each.count - each.archived }))
    .filter(({ count }) => count > 0);
}

/** How many artifacts or executions its lists show. */
export function countOf(held: Held | undefined, of: "artifact" | "execution"): number | undefined {
  return held && unarchivedOf(held, of).reduce((sum, { count }) => sum + count, 0);
}

export function ByType({ holding, filter, where = [] }: ByTypeProps) {
  return (
    <Loaded query={holding} rows={1}>
      {(held) => {
        const shown = unarchivedOf(held);
        const names = typeNames(shown.map(({ type }) => type));
        return (
          <ul className="tiles">
            {shown.map(({ kind, type, count }) => (
              <li key={kind + type} className="tile">
                <Link
                  to={kind === "execution" ? "/executions" : "/artifacts"}
                  search={listWith([...where, ["type==", type]], filter)}
                >
                  <RecordIcon type={type} kind={kind} />
                  <bdi title={type}>{names.get(type)}</bdi>
                  <strong>{formatCount(count)}</strong>
                </Link>
              </li>
            ))}
          </ul>
        );
      }}
    </Loaded>
  );
}
