// The properties of a record: its own first, internal ones (__ALL_META__ and the like) folded away.

import type { Node } from "../api/shapes";
import { fieldName } from "./humanNames";
import { breakable } from "./names";
import { type TypedValue, Value } from "./Value";

type Pair = readonly [string, TypedValue];

export function PropertyList({ record }: { record: Node }) {
  const pairs: Pair[] = [...Object.entries(record.properties), ...Object.entries(record.custom_properties)];
  const own = pairs.filter(([name]) => !isInternal(name));
  const internal = pairs.filter(([name]) => isInternal(name));
  return (
    <div className="properties">
      <Pairs pairs={own} />
      {own.length === 0 && <p className="muted">No properties of its own.</p>}
      {internal.length > 0 && (
        <details className="internal">
          <summary>{internal.length} internal</summary>
          <Pairs pairs={internal} />
        </details>
      )}
    </div>
  );
}

/** Names that Lineal and the SDK keep for themselves: __kf_run__, __ALL_META__. */
export function isInternal(name: string): boolean {
  return name.startsWith("__");
}

function Pairs({ pairs }: { pairs: readonly Pair[] }) {
  return (
    <dl className="pairs">
      {pairs.map(([name, value]) => (
        <div key={name}>
          <dt>
            <bdi title={name}>{breakable(fieldName(name))}</bdi>
          </dt>
          <dd>
            <Value {...value} />
          </dd>
        </div>
      ))}
    </dl>
  );
}
