// What a file is shown as, by its name and its first bytes: a picture, a table, JSON, text, or nothing. Nothing of a file is
// ever run: HTML and SVG are text, or a picture in an img element. What stays out: fetching (api/files.ts), drawing.

import { cellsOf, parseJson, type Table, tableOf } from "../values/content";

/** How much of a file is read to show it, in bytes. Pictures are read whole or not at all. */
export const MOST_TEXT = 512 * 1024;
export const MOST_JSON = 2 * 1024 * 1024;
export const MOST_PICTURE = 8 * 1024 * 1024;
/** Tables show so many columns. */
export const MOST_COLUMNS = 60;

const PICTURES: Readonly<Record<string, string>> = {
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  gif: "image/gif",
  webp: "image/webp",
  svg: "image/svg+xml",
};
const SEPARATORS: Readonly<Record<string, string>> = { csv: ",", tsv: "\t" };
const JSON_ENDINGS = ["json", "geojson", "ipynb"];

export type Way =
  | { readonly kind: "picture"; readonly type: string }
  | { readonly kind: "table"; readonly separator: string }
  | { readonly kind: "json" | "text" };

/** How a file is read, by its name. */
export function wayOf(name: string): Way {
  const ending = endingOf(name);
  const type = PICTURES[ending];
  if (type) return { kind: "picture", type };
  const separator = SEPARATORS[ending];
  if (separator) return { kind: "table", separator };
  return { kind: JSON_ENDINGS.includes(ending) ? "json" : "text" };
}

/** How many bytes of a file are read. */
export function mostOf(way: Way): number {
  return { picture: MOST_PICTURE, json: MOST_JSON, table: MOST_TEXT, text: MOST_TEXT }[way.kind];
}

export function isHtml(name: string): boolean {
  return ["html", "htm", "xhtml"].includes(endingOf(name));
}

function endingOf(name: string): string {
  return name.includes(".") ? name.slice(name.lastIndexOf(".") + 1).toLowerCase() : "";
}

export type Shown =
  | { readonly kind: "picture"; readonly source: string }
  | { readonly kind: "json"; readonly value: unknown; readonly table: Table | undefined; readonly text: string }
  | { readonly kind: "table"; readonly table: Table; readonly text: string; readonly columns: number }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "binary" | "empty" };

/**
 * What is shown of the bytes of a file.
 *
 * @param isWhole whether these are all of them; else they are its beginning.
 */
export function shownOf(bytes: Uint8Array<ArrayBuffer>, way: Way, isWhole: boolean): Shown {
  if (bytes.length === 0) return { kind: "empty" };
  if (way.kind === "picture") return { kind: "picture", source: pictureOf(bytes, way.type) };
  const text = textOf(bytes, isWhole);
  if (text === undefined) return { kind: "binary" };
  if (way.kind === "json" && isWhole) return jsonOf(text);
  if (way.kind === "table") return tableOrText(text, way.separator, isWhole);
  return { kind: "text", text };
}

/** Bytes as text; undefined for those that are none. A character that is cut off at the end is left out. */
export function textOf(bytes: Uint8Array<ArrayBuffer>, isWhole: boolean): string | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: !isWhole });
    return text.includes("\0") ? undefined : text;
  } catch {
    return undefined;
  }
}

/** An address that holds the picture itself: an address of a blob would be of the origin of the web UI. */
function pictureOf(bytes: Uint8Array, type: string): string {
  let binary = "";
  for (let at = 0; at < bytes.length; at += 0x8000) binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return `data:${type};base64,${btoa(binary)}`;
}

/** Strings, which stay as they are, and what JavaScript has no number for or writes in another way. */
const TOKENS = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|-?Infinity|NaN/g;

/** JSON whose long integers, and the NaN and infinities that Python writes, are texts: so each digit is shown. */
function withExactNumbers(text: string): string {
  return text.replace(TOKENS, (token) => {
    const isChanged = /^-?\d+$/.test(token) ? !Number.isSafeInteger(Number(token)) : /^(-?Infinity|NaN)$/.test(token);
    return isChanged ? `"${token}"` : token;
  });
}

function jsonOf(text: string): Shown {
  const value = parseJson(withExactNumbers(text));
  if (value === undefined) return { kind: "text", text };
  return { kind: "json", value, table: splitTable(value) ?? tableOf(value), text };
}

/** A table as MLflow logs it: the names of columns, and rows of cells. */
export function splitTable(value: unknown): Table | undefined {
  const { columns, data } = value as { columns?: unknown; data?: unknown };
  if (!Array.isArray(columns) || !Array.isArray(data) || columns.length === 0) return undefined;
  if (!data.every((row): row is unknown[] => Array.isArray(row) && row.length === columns.length)) return undefined;
  return narrow({ head: distinct(columns.map(String)), rows: data });
}

function tableOrText(text: string, separator: string, isWhole: boolean): Shown {
  const end = isWhole ? text.length : text.lastIndexOf("\n");
  const [head, ...rows] = cellsOf(text.slice(0, Math.max(end, 0)), separator);
  if (!head || head.length === 0 || (head.length === 1 && rows.length === 0)) return { kind: "text", text };
  const width = Math.max(head.length, ...rows.map(({ length }) => length));
  const names = Array.from({ length: width }, (_, at) => head[at]?.trim() || `column ${at + 1}`);
  return { kind: "table", table: narrow({ head: distinct(names), rows }), text, columns: width };
}

function narrow({ head, rows }: Table): Table {
  return { head: head.slice(0, MOST_COLUMNS), rows };
}

/** Names of which no two are the same. */
function distinct(names: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return names.map((name) => {
    const times = (seen.get(name) ?? 0) + 1;
    seen.set(name, times);
    return times === 1 ? name : `${name} (${times})`;
  });
}

const UNITS = ["bytes", "kB", "MB", "GB", "TB"];

/** A size for people: 512 bytes, 1.4 kB, 3.2 GB. */
export function formatSize(bytes: number): string {
  let [size, unit] = [bytes, 0];
  while (size >= 999.5 && unit < UNITS.length - 1) [size, unit] = [size / 1000, unit + 1];
  if (unit === 0) return bytes === 1 ? "1 byte" : `${bytes} bytes`;
  return `${size >= 99.5 ? Math.round(size) : Number(size.toPrecision(2))} ${UNITS[unit]}`;
}
