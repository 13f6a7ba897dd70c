// A panel of the home view: a title, how much of it is shown with the way to all, and its records.

import { Link } from "@tanstack/react-router";
import { type ReactNode, useId } from "react";
import type { ListKind } from "../api/shapes";
import type { ListSearch } from "../app/search";
import { formatCount } from "../values/numbers";

interface PanelProps {
  readonly title: string;
  readonly note?: ReactNode;
  /** How many are shown of how many, and the list of all. */
  readonly shown?: Shown | undefined;
  readonly children: ReactNode;
}

export interface Shown {
  readonly number: number;
  readonly total: number;
  /** Whether there are more than the total says. */
  readonly more?: boolean;
  readonly to: ListKind;
  readonly search?: ListSearch;
}

export function Panel({ title, note, shown, children }: PanelProps) {
  const id = useId();
  return (
    <section className="home-panel" aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
        {note && <span className="muted">{note}</span>}
        {shown && shown.total > 0 && <All title={title} {...shown} />}
      </header>
      {children}
    </section>
  );
}

function All({ title, number, total, more, to, search = {} }: Shown & { title: string }) {
  const isPart = number < total || more;
  return (
    <span className="home-all">
      {isPart && (
        <span className="muted">
          {formatCount(number)} of {formatCount(total)}
          {more && "+"} ·{" "}
        </span>
      )}
      <Link to={`/${to}`} search={search} aria-label={`All: ${title.toLowerCase()}`}>
        all
      </Link>
    </span>
  );
}
