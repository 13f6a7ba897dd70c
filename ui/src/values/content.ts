// What a text is: JSON, a table, a picture, a time, a link, an address of another kind, or text. Nothing here is ever run: HTML and
// SVG are text. What stays out: drawing (Value.tsx, Rich.tsx).

import { isLinkable } from "./names";

/** Rows of texts or values under names. */
export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

export type Content =
  | { readonly kind: "json"; readonly value: unknown }
  | { readonly kind: "table"; readonly table: Table; readonly written: "CSV" | "TSV" }
  | { readonly kind: "picture"; readonly source: string }
  | { readonly kind: "time" | "link" | "address" | "text" };

/** Pictures inside of a text. A browser runs no scripts of an SVG that an img element shows, and loads nothing for it. */
const PICTURE = /^data:image\/(png|jpe?g|gif|webp|avif|bmp|x-icon|svg\+xml)[;,][^\s"'<>]*$/i;
/** A moment in ISO 8601, with its zone: without one, nobody knows which moment it is. */
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d([.,]\d+)?)?(Z|[+-]\d\d:?\d\d)$/;
const ADDRESS = /^[a-z][a-z0-9+.-]{1,20}:\/\/\S+$/i;
const PICTURE_FILE = /\.(png|jpe?g|gif|webp|avif|bmp|ico|svg)$/i;
/** Longer texts are not looked through for a table. */
const LONGEST_TABLE = 2_000_000;
/** JSON with more levels is shown as text. */
const MOST_LEVELS = 200;

export function contentOf(text: string): Content {
  const parsed = parseJson(text);
  if (parsed !== undefined) return { kind: "json", value: parsed };
  if (MOMENT.test(text) && !Number.isNaN(Date.parse(text))) return { kind: "time" };
  if (PICTURE.test(text)) return { kind: "picture", source: text };
  if (isLinkable(text)) return { kind: "link" };
  if (ADDRESS.test(text)) return { kind: "address" };
  for (const [written, separator] of [
    ["TSV", "\t"],
    ["CSV", ","],
  ] as const) {
    const table = separatedTable(text, separator);
    if (table) return { kind: "table", table, written };
  }
  return { kind: "text" };
}

/** Text that is a JSON object or list, as such; undefined for all other text, and for JSON of more than 200 levels. */
export function parseJson(text: string): unknown {
  if (!/^\s*[{[]/.test(text)) return undefined;
  try {
    const parsed: unknown = JSON.parse(text);
    return isTooDeep(text, parsed) ? undefined : parsed;
  } catch {
    return undefined;
  }
}

/** Whether a value has more levels than can be drawn and searched: both call themselves once for each level. */
function isTooDeep(text: string, parsed: unknown): boolean {
  // Each level takes two brackets, so that most texts are known to be flat by their length.
  if (text.length <= 2 * MOST_LEVELS) return false;
  let level: unknown[] = [parsed];
  for (let levels = 1; level.length > 0; levels++) {
    if (levels > MOST_LEVELS) return true;
    level = level.flatMap((item) => Object.values(item as object)).filter((item) => !isScalar(item));
  }
  return false;
}

/** Whether the file behind an http address is a picture by its name. */
export function isPictureAddress(uri: string): boolean {
  return isLinkable(uri) && PICTURE_FILE.test(new URL(uri).pathname);
}

/** The origins whose pictures may be shown, as the operator of the server named them. */
export function pictureOrigins(): readonly string[] {
  const named = document.querySelector<HTMLMetaElement>('meta[name="image-origins"]')?.content ?? "";
  return named.split(" ").filter(Boolean);
}

export function mayShowPicture(uri: string, origins: readonly string[]): boolean {
  return isPictureAddress(uri) && origins.includes(new URL(uri).origin);
}

/** A list of objects or of lists as a table; undefined for anything else. */
export function tableOf(value: unknown): Table | undefined {
  if (!Array.isArray(value) || value.length < 2) return undefined;
  if (value.every(isPlainObject)) {
    const head = [...new Set(value.flatMap((row) => Object.keys(row)))];
    return head.length > 0 && head.length <= 60
      ? { head, rows: value.map((row) => head.map((name) => row[name])) }
      : undefined;
  }
  if (!value.every((row): row is unknown[] => Array.isArray(row) && row.every(isScalar))) return undefined;
  const width = Math.max(...value.map(({ length }) => length));
  const head = Array.from({ length: width }, (_, at) => String(at + 1));
  return width > 0 && width <= 60 ? { head, rows: value } : undefined;
}

function isPlainObject(row: unknown): row is Record<string, unknown> {
  return typeof row === "object" && row !== null && !Array.isArray(row);
}

function isScalar(cell: unknown): boolean {
  return typeof cell !== "object" || cell === null;
}

/** Text with a separator as a table: at least three lines (two with tabs) that have as many cells as the first. */
function separatedTable(text: string, separator: string): Table | undefined {
  if (text.length > LONGEST_TABLE || !text.includes(separator) || !text.includes("\n")) return undefined;
  const rows = cellsOf(text, separator);
  const [head, ...others] = rows;
  const least = separator === "\t" ? 1 : 2;
  if (!head || head.length < 2 || others.length < least || new Set(head).size < head.length) return undefined;
  // Sentences have commas as well; a head is short words.
  if (head.some((name) => name.length > 40 || name.trim() === "")) return undefined;
  return others.every(({ length }) => length === head.length) ? { head, rows: others } : undefined;
}

/** The cells of CSV or TSV: a cell in quotation marks may hold the separator, line breaks and doubled marks. */
export function cellsOf(text: string, separator: string): string[][] {
  const cell =
    separator === "\t" ? /("(?:[^"]|"")*"|[^\t\r\n]*)(\t|\r?\n|$)/gy : /("(?:[^"]|"")*"|[^,\r\n]*)(,|\r?\n|$)/gy;
  const rows: string[][] = [[]];
  const body = text.replace(/\s+$/, "");
  while (cell.lastIndex <= body.length) {
    const [whole, content = "", end = ""] = cell.exec(body) ?? [];
    if (whole === undefined) return [];
    rows.at(-1)?.push(content.startsWith('"') ? content.slice(1, -1).replaceAll('""', '"') : content);
    if (end === "") break;
    if (end !== separator) rows.push([]);
  }
  return rows;
}
