// Which records this browser showed last. Only keys and names are kept, and only here.

import { useEffect } from "react";
import { read, write } from "../list/memory";

export interface Viewed {
  /** a12, e3 */
  readonly key: string;
  /** Another store at the same address may have another record under the same key. */
  readonly name: string;
}

const PLACE = "viewed";
const MOST = 12;

/** The artifacts and executions that were looked at, the last one first. */
export function viewed(): readonly Viewed[] {
  const known = read<unknown>(PLACE, []);
  return Array.isArray(known) ? known.filter(isViewed) : [];
}

function isViewed(item: unknown): item is Viewed {
  const { key, name } = (item ?? {}) as Partial<Viewed>;
  return typeof key === "string" && /^[ae]\d+$/.test(key) && typeof name === "string";
}

/** Remember that a record is looked at. */
export function useViewed(record: { readonly key: string; readonly name: string | null } | undefined): void {
  const { key, name } = record ?? {};
  useEffect(() => {
    if (!key || !/^[ae]\d+$/.test(key)) return;
    const others = viewed().filter((other) => other.key !== key);
    write(PLACE, [{ key, name: name ?? "" }, ...others].slice(0, MOST));
  }, [key, name]);
}
