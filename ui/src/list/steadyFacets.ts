// Facets that stay where they are while somebody is in them: the same groups and values in the same order with new counts.
// They take their new shape when the pointer and the keys have left. No drawing here.

import { type RefObject, useEffect, useRef, useState } from "react";
import type { SearchTerm } from "../api/searches";
import type { Facet, Facets, ListKind } from "../api/shapes";
import { writtenValue } from "../filter/terms";

/** New counts in the shape of the facets as they are shown; what has gone counts 0, and what is new waits. */
export function inShapeOf(shown: Facets, next: Facets): Facets {
  const groups = new Map(next.facets.map((group) => [group.key, group]));
  return {
    ...next,
    created: next.created.length > 1 ? next.created : shown.created.map((span) => ({ ...span, count: 0 })),
    facets: shown.facets.map((group) => countedAnew(group, groups.get(group.key))),
  };
}

function countedAnew(shown: Facet, next: Facet | undefined): Facet {
  const counts = new Map(next?.values.map(({ value, count }) => [value, count]));
  return {
    ...shown,
    exact: next?.exact ?? true,
    values: shown.values.map((value) => ({ ...value, count: counts.get(value.value) ?? 0 })),
  };
}

/** Values that the filter excludes or asks for are shown though no record has them: a click on them takes that back. */
export function withChosen(facets: Facets, terms: readonly SearchTerm[]): Facets {
  return { ...facets, facets: facets.facets.map((group) => ({ ...group, values: withChosenOf(group, terms) })) };
}

function withChosenOf(group: Facet, terms: readonly SearchTerm[]): Facet["values"] {
  const known = new Set(group.values.map(({ value }) => writtenValue(terms, group.key, value)));
  const chosen = terms.flatMap((term) =>
    term.form === "comparison" &&
    ["=", "=="].includes(term.operator ?? "") &&
    term.plain_key === group.key &&
    !term.is_range
      ? term.values
      : [],
  );
  const missing = [...new Set(chosen)].filter((value) => !known.has(value));
  return [...group.values, ...missing.map((value) => ({ value, label: value, count: 0, term: "" }))];
}

/** The facets to show: the last ones while new ones are asked for or cannot be had, in their old shape while held. */
export function useSteady(kind: ListKind, next: Facets | undefined, isHeld: boolean): Facets | undefined {
  const kept = useRef<{ kind: ListKind; facets: Facets } | undefined>(undefined);
  const shown = kept.current?.kind === kind ? kept.current.facets : undefined;
  const facets = next && shown && isHeld ? inShapeOf(shown, next) : (next ?? shown);
  useEffect(() => {
    if (facets) kept.current = { kind, facets };
  }, [kind, facets]);
  return facets;
}

/** Whether the pointer, a finger or the keys are in an element. */
export function useHeld(box: RefObject<HTMLElement | null>): boolean {
  const [isHeld, setIsHeld] = useState(false);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const stop = new AbortController();
    const { signal } = stop;
    const keysAreIn = () => element.querySelector(":focus-visible") !== null;
    element.addEventListener("pointerenter", () => setIsHeld(true), { signal });
    // A finger that is lifted leaves at once, and is about to tap again: it has left when it taps elsewhere.
    element.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && setIsHeld(keysAreIn()), {
      signal,
    });
    addEventListener("pointerdown", (event) => !element.contains(event.target as Node) && setIsHeld(false), { signal });
    element.addEventListener("focusin", () => keysAreIn() && setIsHeld(true), { signal });
    element.addEventListener(
      "focusout",
      (event) => !element.contains(event.relatedTarget as Node | null) && setIsHeld(element.matches(":hover")),
      { signal },
    );
    return () => stop.abort();
  }, [box]);
  return isHeld;
}
