// Facets: how many records have which value under the present filter. Click: only; Ctrl: as well; Alt: not.

import { IconChevronDown, IconMinus } from "@tabler/icons-react";
import { Fragment, useState } from "react";
import { useFacets } from "../api/listing";
import { type Edit, type SearchTerm, useTerms } from "../api/searches";
import type { Facet as FacetGroup, FacetValue, ListKind } from "../api/shapes";
import { type Choice, choiceOf } from "../filter/terms";
import { Failed, Loading } from "../state/States";
import { cutMiddle, shortType } from "../values/names";
import { formatCount } from "../values/numbers";
import { RecordIcon } from "../values/RecordIcon";
import { TimeFacet } from "./TimeFacet";

interface FacetsProps {
  readonly kind: ListKind;
  readonly filter: string;
  readonly query: string | undefined;
  readonly onEdit: (edit: Edit) => void;
}

export function Facets({ kind, filter, query, onEdit }: FacetsProps) {
  const facets = useFacets(kind, filter, query);
  const terms = useTerms(filter);
  const [open, setOpen] = useState(false);
  return (
    <aside className={`facets ${open ? "facets-open" : ""}`} aria-label="Facets">
      <button type="button" className="facets-toggle only-narrow" aria-expanded={open} onClick={() => setOpen(!open)}>
        Narrow down <IconChevronDown size={14} aria-hidden />
      </button>
      <div className="facets-body">
        {facets.data?.facets.map((group) => (
          <Fragment key={group.key}>
            <Facet group={group} kind={kind} terms={terms} onEdit={onEdit} />
            {group.key === "type" && facets.data.created.length > 1 && (
              <TimeFacet spans={facets.data.created} exact={facets.data.exact} terms={terms} onEdit={onEdit} />
            )}
          </Fragment>
        ))}
        {facets.data?.exact === false && (
          <p className="facets-hint muted">
            Counts with + are those among {formatCount(facets.data.counted)} of the records.
          </p>
        )}
        {facets.data && <p className="facets-hint muted">Click: only · Ctrl: as well · Alt: not</p>}
        {facets.isPending && <Loading rows={8} label="Loading facets" />}
        {facets.error && !facets.data && <Failed error={facets.error} retry={() => void facets.refetch()} />}
      </div>
    </aside>
  );
}

const FIRST = 6;

interface FacetProps {
  readonly group: FacetGroup;
  readonly kind: ListKind;
  readonly terms: readonly SearchTerm[];
  readonly onEdit: (edit: Edit) => void;
}

function Facet({ group, kind, terms, onEdit }: FacetProps) {
  const [all, setAll] = useState(false);
  if (group.values.length === 0 || saysNothing(group)) return null;
  const shown = all ? group.values : group.values.slice(0, FIRST);
  return (
    <section className="facet">
      <h2>{titleOf(group.key)}</h2>
      <ul>
        {shown.map((value) => (
          <FacetRow key={value.value} group={group} value={value} kind={kind} terms={terms} onEdit={onEdit} />
        ))}
      </ul>
      {group.values.length > shown.length && (
        <button type="button" className="link-button" onClick={() => setAll(true)}>
          {formatCount(group.values.length - FIRST)} more
        </button>
      )}
    </section>
  );
}

/** Stores that keep no states have but one, "unknown". */
function saysNothing({ key, values }: FacetGroup): boolean {
  return key === "state" && values.length === 1 && values[0]?.value === "UNKNOWN";
}

interface FacetRowProps extends FacetProps {
  readonly value: FacetValue;
}

function FacetRow({ group, value, kind, terms, onEdit }: FacetRowProps) {
  const choice = choiceOf(terms, group.key, value.value);
  const click = (event: React.MouseEvent) =>
    onEdit({ choice: nextChoice(choice, event), terms: [[group.key, value.value]] });
  const text = group.key === "type" ? shortType(value.value) : value.label;
  return (
    <li>
      <button
        type="button"
        className={`facet-row facet-${choice}`}
        aria-pressed={choice !== "none"}
        onClick={click}
        title={value.value}
      >
        {choice === "not" && <IconMinus size={14} aria-label="not" />}
        {group.key === "type" && <RecordIcon type={value.value} kind={kind.slice(0, -1)} size={14} />}
        <bdi className="facet-name">{cutMiddle(text, 26)}</bdi>
        <span className="facet-count">
          {formatCount(value.count)}
          {!group.exact && "+"}
        </span>
      </button>
    </li>
  );
}

function titleOf(key: string): string {
  if (key.startsWith("label.")) return key.slice("label.".length);
  return key.charAt(0).toUpperCase() + key.slice(1);
}

function nextChoice(choice: Choice, event: React.MouseEvent): Choice {
  if (event.altKey) return choice === "not" ? "none" : "not";
  if (event.ctrlKey || event.metaKey) return choice === "none" ? "any" : "none";
  return choice === "none" ? "only" : "none";
}
