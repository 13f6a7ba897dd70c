// The state of a page in its address, typed. Plain names and values, so that a link can be read and written by hand.

export type RawSearch = Readonly<Record<string, string>>;

export function parseSearch(text: string): RawSearch {
  return Object.fromEntries(new URLSearchParams(text));
}

export function stringifySearch(search: Readonly<Record<string, unknown>>): string {
  const pairs = Object.entries(search).filter(([, value]) => value !== undefined && value !== "" && value !== false);
  // Commas and colons are allowed in a query and are what filters and lists of ids are full of.
  const text = new URLSearchParams(
    pairs.map(([name, value]) => [name, value === true ? "1" : String(value)]),
  ).toString();
  const readable = text.replace(/%2C/g, ",").replace(/%3A/g, ":").replace(/%2F/g, "/");
  return readable && `?${readable}`;
}

/** Ids or keys as one parameter; one with a comma or quotes is quoted as in CSV, which the server reads too. */
export function splitList(text: string | undefined): string[] {
  const items = text?.match(/\s*"(?:[^"]|"")*"|[^,]+/g) ?? [];
  return items
    .map((item) => (/^\s*".*"$/s.test(item) ? item.trim().slice(1, -1).replace(/""/g, '"') : item))
    .filter(Boolean);
}

export function joinList(items: Iterable<string>): string | undefined {
  return [...items].map(quoteItem).join(",") || undefined;
}

/** A list of items after one of them was put in or taken out. */
export function toggledItem(list: string | undefined, item: string): string {
  const items = splitList(list);
  return joinList(items.includes(item) ? items.filter((other) => other !== item) : [...items, item]) ?? "";
}

/** A key as it stands in a list, in an order or among groups. */
export function quoteItem(item: string): string {
  return /[",]|^\s|\s$/.test(item) ? `"${item.replace(/"/g, '""')}"` : item;
}

/** The order that the server is asked for: a column's key, "-" before it for the greatest first. */
export function writeOrder(sort: string): string {
  return sort.startsWith("-") ? `-${quoteItem(sort.slice(1))}` : quoteItem(sort);
}

export interface ListSearch {
  readonly filter?: string | undefined;
  /** The raw filter query of the server, instead of the filter. */
  readonly fx?: string | undefined;
  /** A column's key; "-" before it turns the order around. */
  readonly sort?: string | undefined;
  readonly columns?: string | undefined;
  readonly selected?: string | undefined;
  readonly preview?: string | undefined;
  /** Keys and values that the filter is to name as well: what links say; see filter/where.ts. */
  readonly where?: string | undefined;
  /** "shown": with archived records, which are otherwise left out. */
  readonly archived?: string | undefined;
}

export interface LineageSearch {
  readonly focus?: string | undefined;
  readonly up?: string | undefined;
  readonly down?: string | undefined;
  /** Expansions: a5d, a7u; "*" after one means all generations. */
  readonly more?: string | undefined;
  /** How many nodes to load, where the first ones did not suffice. */
  readonly most?: string | undefined;
  readonly hide?: string | undefined;
  readonly only?: string | undefined;
  readonly apart?: string | undefined;
  readonly path?: string | undefined;
  readonly way?: string | undefined;
  readonly sel?: string | undefined;
  readonly view?: "table" | undefined;
  readonly asof?: string | undefined;
  readonly since?: string | undefined;
  readonly fold?: "executions" | undefined;
  readonly merge?: "versions" | undefined;
  readonly show?: string | undefined;
  readonly context?: string | undefined;
  /** What is on the nodes: metric.auc, label.team, "aliases", "headline" (the metric that stands for the models). */
  readonly figure?: string | undefined;
  /** "internal": internal events too; "-declared": without declared ones. */
  readonly events?: string | undefined;
  /** Only artifacts in this state: LIVE. */
  readonly state?: string | undefined;
}

export interface AuditSearch {
  readonly subject?: string | undefined;
  readonly id?: string | undefined;
  readonly who?: string | undefined;
  readonly rpc?: string | undefined;
  /** Days, as 2026-03-01; both are included. */
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

export interface MonitorSearch {
  readonly name?: string;
  readonly metrics?: string;
  readonly by?: string;
  readonly filter?: string;
  readonly group?: string;
  readonly threshold?: string;
  readonly best?: string;
  readonly from?: string;
  readonly to?: string;
  /** The server's own filter query, instead of the filter. */
  readonly fx?: string;
  /** The values of the group whose lines are drawn. */
  readonly lines?: string;
  /** Metrics whose better direction is turned around. */
  readonly turned?: string;
}

/** Keep the known names of a search, as text. */
export function pick<Name extends string>(names: readonly Name[]) {
  return (search: Record<string, unknown>): { [Key in Name]?: string } => {
    const known: { [Key in Name]?: string } = {};
    for (const name of names) if (typeof search[name] === "string" && search[name]) known[name] = search[name];
    return known;
  };
}

export const LIST_NAMES = ["filter", "fx", "sort", "columns", "selected", "preview", "where", "archived"] as const;
export const HOME_NAMES = ["span", ...LIST_NAMES] as const;
export const LINEAGE_NAMES = [
  "focus",
  "up",
  "down",
  "more",
  "most",
  "hide",
  "only",
  "apart",
  "path",
  "way",
  "sel",
  "view",
  "asof",
  "since",
  "fold",
  "merge",
  "show",
  "context",
  "figure",
  "events",
  "state",
] as const;
export const AUDIT_NAMES = ["subject", "id", "who", "rpc", "since", "until"] as const;
/** The state of curves of metrics, on every page that has them. */
const CURVE_NAMES = ["axis", "smooth", "log", "hide", "zoom", "find", "big", "system"] as const;
export const RECORD_NAMES = ["tab", "file", "column", ...CURVE_NAMES] as const;
export const COMPARE_NAMES = ["ids", "base", "all", "turned", "x", "y", "axes", ...CURVE_NAMES] as const;
export const MONITOR_NAMES = [
  "name",
  "metrics",
  "by",
  "filter",
  "group",
  "threshold",
  "best",
  "from",
  "to",
  "fx",
  "lines",
  "turned",
] as const;
