// Links to lists name keys and values; the server writes them as a filter when the list is opened. So no link needs to know
// how a value is quoted.

import { editFilter } from "../api/searches";
import type { ListSearch } from "../app/search";

/** A key without quotation marks and its value; the key "" is for words that are looked for anywhere. */
export type Where = readonly (readonly [key: string, value: string])[];

/** The part of a list's address that asks for records with these values, besides a filter. */
export function listWith(where: Where, filter = ""): ListSearch {
  return { ...(filter && { filter }), ...(where.length > 0 && { where: JSON.stringify(where) }) };
}

/** The same address with a filter alone. */
export async function withFilter({ where, ...search }: ListSearch): Promise<ListSearch> {
  const filter = await editFilter(search.filter ?? "", { choice: "add", terms: readWhere(where ?? "[]") });
  return { ...search, filter: filter || undefined };
}

function readWhere(text: string): Where {
  const pairs: unknown = JSON.parse(text);
  const isWhere = Array.isArray(pairs) && pairs.every((pair) => Array.isArray(pair) && pair.every(isText));
  if (!isWhere) throw new Error(`“where” in the address is no list of keys and values: ${text.slice(0, 100)}`);
  return pairs as unknown as Where;
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}
