// Facets: how many records have which value under the present filter. Click: only; Ctrl: as well; Alt: not.

import { IconChevronDown, IconMinus } from "@tabler/icons-react";
import { Fragment, useMemo, useRef, useState } from "react";
import { useFacets } from "../api/listing";
import { Problem } from "../api/problem";
import { type Edit, type SearchTerm, useTerms } from "../api/searches";
import type { Facet as FacetGroup, FacetValue, ListKind } from "../api/shapes";
import { useRoving } from "../app/useRoving";
import { type Choice, choiceOf, writtenValue } from "../filter/terms";
import { Failed, Loading } from "../state/States";
import { fieldName, typeNames } from "../values/humanNames";
import { cutDistinct } from "../values/names";
import { formatCount } from "../values/numbers";
import { RecordIcon } from "../values/RecordIcon";
import { useHeld, useSteady, withChosen } from "./steadyFacets";
import { TimeFacet } from "./TimeFacet";

interface FacetsProps {
  readonly kind: ListKind;
  readonly filter: string;
  readonly query: string | undefined;
  readonly unarchived: boolean | undefined;
  /** Whether it is known which records are asked for. */
  readonly isKnown: boolean;
  readonly onEdit: (edit: Edit) => void;
}

export function Facets({ kind, filter, query, unarchived, isKnown, onEdit }: FacetsProps) {
  const answer = useFacets(kind, filter, query, unarchived, isKnown);
  const terms = useTerms(filter);
  const [open, setOpen] = useState(false);
  const body = useRef<HTMLDivElement>(null);
  useRoving(body);
  const steady = useSteady(kind, answer.data, useHeld(body));
  const facets = useMemo(() => steady && withChosen(steady, terms), [steady, terms]);
  return (
    <aside className={`facets ${open ? "facets-open" : ""}`} aria-label="Facets">
      <button type="button" className="facets-toggle only-narrow" aria-expanded={open} onClick={() => setOpen(!open)}>
        Narrow down <IconChevronDown size={14} aria-hidden />
      </button>
      <div className="facets-body" ref={body}>
        {facets?.facets.map((group) => (
          <Fragment key={group.key}>
            <Facet group={group} kind={kind} terms={terms} onEdit={onEdit} />
            {group.key === "type" && facets.created.length > 1 && (
              <TimeFacet spans={facets.created} exact={facets.exact} terms={terms} onEdit={onEdit} />
            )}
          </Fragment>
        ))}
        {facets && <p className="facets-hint muted">Click: only · Ctrl: as well · Alt: not</p>}
        {facets?.exact === false && (
          <p className="facets-hint muted">
            Counts with + are those among {formatCount(facets.counted)} of the records.
          </p>
        )}
        {answer.isPending && !facets && <Loading rows={8} label="Loading facets" />}
        {/* A mistake in the filter is said by the filter's box. */}
        {answer.error && !facets && Problem.from(answer.error).kind !== "refused" && (
          <Failed error={answer.error} retry={answer.refetch} />
        )}
      </div>
    </aside>
  );
}

const FIRST = 6;
/** How many letters of a value fit beside its count. */
const LONGEST = 17;

interface FacetProps {
  readonly group: FacetGroup;
  readonly kind: ListKind;
  readonly terms: readonly SearchTerm[];
  readonly onEdit: (edit: Edit) => void;
}

function Facet({ group, kind, terms, onEdit }: FacetProps) {
  const [all, setAll] = useState(false);
  if (group.values.length === 0 || saysNothing(group)) return null;
  const names = group.key === "type" ? typeNames(group.values.map(({ value }) => value)) : undefined;
  const shown = all ? group.values : group.values.slice(0, FIRST);
  const textOf = ({ value, label }: FacetValue) => names?.get(value) ?? label;
  const short = cutDistinct(shown.map(textOf), LONGEST);
  return (
    <section className="facet">
      <h2 title={group.key}>{fieldName(group.key)}</h2>
      <ul>
        {shown.map((value) => (
          <FacetRow
            key={value.value}
            group={group}
            value={value}
            text={short.get(textOf(value)) ?? textOf(value)}
            kind={kind}
            terms={terms}
            onEdit={onEdit}
          />
        ))}
      </ul>
      {group.values.length > shown.length && (
        <button type="button" tabIndex={-1} className="link-button" onClick={() => setAll(true)}>
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
  /** The value as people say it, cut so that it differs from those beside it. */
  readonly text: string;
}

function FacetRow({ group, value, text, kind, terms, onEdit }: FacetRowProps) {
  const written = writtenValue(terms, group.key, value.value);
  const choice = choiceOf(terms, group.key, written);
  const choose = (event: Modifiers) => onEdit({ choice: nextChoice(choice, event), terms: [[group.key, written]] });
  return (
    <li>
      <button
        type="button"
        tabIndex={-1}
        className={`facet-row facet-${choice}`}
        aria-pressed={choice !== "none"}
        onClick={choose}
        onKeyDown={(event) => {
          // With Ctrl or Alt, the browser makes no click of Enter.
          if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey || event.altKey)) return;
          event.preventDefault();
          choose(event);
        }}
        title={value.value}
      >
        {group.key === "type" && <RecordIcon type={value.value} kind={kind.slice(0, -1)} size={14} />}
        <bdi className="facet-name">{text}</bdi>
        {/* Another count is another element: a text of another width would have moved. */}
        <span className="facet-count" key={`${choice} ${value.count}`}>
          {choice === "not" ? <IconMinus size={14} aria-label="not" /> : formatCount(value.count)}
          {!group.exact && choice !== "not" && "+"}
        </span>
      </button>
    </li>
  );
}

type Modifiers = Pick<React.MouseEvent, "altKey" | "ctrlKey" | "metaKey">;

function nextChoice(choice: Choice, event: Modifiers): Choice {
  if (event.altKey) return choice === "not" ? "none" : "not";
  if (event.ctrlKey || event.metaKey) return choice === "none" ? "any" : "none";
  return choice === "none" ? "only" : "none";
}
