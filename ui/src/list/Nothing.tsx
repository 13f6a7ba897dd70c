// A list with no rows: the store is empty, or nothing fits the filter. Each says what to do.

import { Button } from "@mantine/core";
import { useOwnTerms } from "../api/searches";
import type { ListKind } from "../api/shapes";
import { Empty } from "../state/States";

export { Start as EmptyStore } from "../home/Start";

interface NoMatchProps {
  readonly kind: ListKind;
  readonly filter: string;
  readonly onFilter: (filter: string) => void;
}

export function NoMatch({ kind, filter, onFilter }: NoMatchProps) {
  const terms = useOwnTerms(filter) ?? [];
  if (!filter) return <Empty title={`There are no ${kind} yet`} />;
  return (
    <Empty title={`No ${kind} fit this filter`}>
      <p>Look again without one of its terms:</p>
      <div className="chips" key={filter}>
        {terms.map(({ text, start, without }) => (
          <Button key={start} onClick={() => onFilter(without)}>
            without <code>{text}</code>
          </Button>
        ))}
        {terms.length > 1 && <Button onClick={() => onFilter("")}>without any filter</Button>}
      </div>
    </Empty>
  );
}
