// What an address will ask the server for first. A place that is not known here asks later, as everything did.

import {
  lineageParams,
  listingOf,
  mayNameArchived,
  needsTerms,
  openingOf,
  pageParams,
  selectionParams,
} from "../api/asks";
import { beginningOf, SHOWN, spanOf } from "../home/span";
import { LIST_NAMES, type LineageSearch, parseSearch, pick } from "./search";

/** The requests, relative to where the web UI lies. */
export function firstRequests(place: string, text: string): string[] {
  const search = parseSearch(text);
  if (search.v || search.where) return [];
  if (place === "lineage") return ofLineage(search);
  if (place === "" && Object.keys(pick(LIST_NAMES)(search)).length === 0) return ofHome(search.span);
  if (place === "" || place === "artifacts") return ofList("artifacts", search);
  return place === "executions" ? ofList("executions", search) : [];
}

/** What fills the first panels, and whether there is anything at all. */
function ofHome(span: string | undefined): string[] {
  const since = beginningOf(spanOf(span));
  return [
    written("home/executions", { since, limit: SHOWN, state: "FAILED" }),
    written("home/models", { limit: SHOWN }),
    written("home/executions", { since, limit: SHOWN }),
    "api/v1/totals",
  ];
}

function ofList(kind: "artifacts" | "executions", search: Readonly<Record<string, string>>): string[] {
  const asked = pick(LIST_NAMES)(search);
  const listing = listingOf(kind, asked);
  const facets = written(`${kind}/facets`, selectionParams(listing));
  const parsed = asked.filter ? [written("search/parse", { q: asked.filter })] : [];
  // Where the terms decide which columns or records are asked for, the list waits until the server has read them.
  if (mayNameArchived(kind, asked)) return parsed;
  return needsTerms(kind, asked) ? [...parsed, facets] : [written(kind, pageParams(listing, "")), facets, ...parsed];
}

function ofLineage(search: LineageSearch): string[] {
  return search.focus ? [written("lineage", lineageParams(openingOf(search.focus, search)))] : [];
}

function written(path: string, params: Readonly<Record<string, string | number | boolean>>): string {
  const pairs = Object.entries(params).map(([name, value]) => [name, String(value)]);
  return `api/v1/${path}?${new URLSearchParams(pairs)}`;
}
