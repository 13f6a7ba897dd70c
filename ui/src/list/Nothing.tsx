// A list with no rows: the store is empty, or nothing fits the filter. Each says what to do.

import { Button } from "@mantine/core";
import { useOwnTerms } from "../api/searches";
import type { ListKind, UnknownInFilter } from "../api/shapes";
import { UnknownNames } from "../filter/UnknownNames";
import { Empty } from "../state/States";
import { count } from "../values/numbers";

export { Start as EmptyStore } from "../home/Start";

interface NoMatchProps {
  readonly kind: ListKind;
  readonly filter: string;
  /** How many archived records fit, which the list leaves out. */
  readonly hidden: number;
  /** The names in the filter that no record has. */
  readonly unknown?: UnknownInFilter | undefined;
  readonly onShow: () => void;
  readonly onFilter: (filter: string) => void;
}

export function NoMatch({ kind, filter, hidden, unknown, onShow, onFilter }: NoMatchProps) {
  const terms = useOwnTerms(filter) ?? [];
  const show = hidden > 0 && <Button onClick={onShow}>Show {count(hidden, `archived ${kind.slice(0, -1)}`)}</Button>;
  if (!filter) return <Empty title={show ? `No ${kind} but archived ones` : `There are no ${kind} yet`}>{show}</Empty>;
  return (
    <Empty title={`No ${kind} ${show ? "but archived ones " : ""}fit this filter`}>
      {show}
      {unknown && <UnknownNames filter={filter} unknown={unknown} onFilter={onFilter} />}
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
