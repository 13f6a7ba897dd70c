// What an address will ask the server for first. A place that is not known here asks later, as everything did.

import { lineageParams, listingOf, openingOf, pageParams, selectionParams } from "../api/asks";
import { LIST_NAMES, type LineageSearch, parseSearch, pick } from "./search";

/** The requests, relative to where the web UI lies. */
export function firstRequests(place: string, text: string): string[] {
  const search = parseSearch(text);
  if (search.v) return [];
  if (place === "lineage") return ofLineage(search);
  if (place === "" || place === "artifacts") return ofList("artifacts", search);
  return place === "executions" ? ofList("executions", search) : [];
}

function ofList(kind: "artifacts" | "executions", search: Readonly<Record<string, string>>): string[] {
  const listing = listingOf(kind, pick(LIST_NAMES)(search));
  return [written(kind, pageParams(listing, "")), written(`${kind}/facets`, selectionParams(listing))];
}

function ofLineage(search: LineageSearch): string[] {
  return search.focus ? [written("lineage", lineageParams(openingOf(search.focus, search)))] : [];
}

function written(path: string, params: Readonly<Record<string, string | number | boolean>>): string {
  const pairs = Object.entries(params).map(([name, value]) => [name, String(value)]);
  return `api/v1/${path}?${new URLSearchParams(pairs)}`;
}
