// What the SDK keeps of a record beyond its properties: hyperparameters, framework, values of metrics.

import type { Node } from "../api/shapes";
import { fieldName } from "../values/humanNames";
import { breakable } from "../values/names";
import { Value } from "../values/Value";

// Shown elsewhere on the page, or of no meaning to people.
const ELSEWHERE = new Set(["id", "kwargs", "workspace", "labels", "name", "uri", "version", "create_time", "values"]);

export function MetaList({ node }: { node: Node }) {
  const known = new Set([...Object.keys(node.properties), ...Object.keys(node.custom_properties), ...ELSEWHERE]);
  const fields = Object.entries(node.meta ?? {}).filter(([name, value]) => !known.has(name) && isFilled(value));
  if (fields.length === 0) return null;
  return (
    <dl className="pairs">
      {fields
        .flatMap(([name, value]) => expand(name, value))
        .map(([name, value]) => (
          <div key={name}>
            <dt>
              <bdi title={name}>{breakable(fieldName(name))}</bdi>
            </dt>
            <dd>
              <Value kind={typeof value} value={value} />
            </dd>
          </div>
        ))}
    </dl>
  );
}

function isFilled(value: unknown): boolean {
  if (value === null || value === "") return false;
  return typeof value !== "object" || Object.keys(value as object).length > 0;
}

/** hyperparameters {a: 1} → hyperparameters.a: 1, one level deep: single values are easier to read than JSON. */
function expand(name: string, value: unknown): [string, unknown][] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [[name, value]];
  return Object.entries(value).map(([inner, item]) => [`${name}.${inner}`, item]);
}
