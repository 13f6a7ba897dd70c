// Names with their values, as a list that screen readers announce as such.

import type { ReactNode } from "react";
import { breakable } from "./names";

export function Pairs({ pairs }: { pairs: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className="pairs">
      {pairs.map(([name, value]) => (
        <div key={name}>
          <dt>
            <bdi title={name}>{breakable(name)}</bdi>
          </dt>
          <dd>{typeof value === "string" ? <bdi>{value}</bdi> : value}</dd>
        </div>
      ))}
    </dl>
  );
}
