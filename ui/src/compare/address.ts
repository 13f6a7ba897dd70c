// What the address of a comparison says. What stays out: drawing and asking.

/** As many records as can be compared at once. */
export const MOST_COMPARED = 200;
/** As many records as have a column each; more have a row each. */
export const MOST_COLUMNS = 20;

export interface CompareSearch {
  /** Keys of artifacts and executions; a number alone is an artifact. */
  readonly ids?: string;
  /** The key of the record that others are compared with. */
  readonly base?: string;
  /** "1": equal fields too. */
  readonly all?: string;
  /** Metrics whose better direction is turned around. */
  readonly turned?: string;
  /** What the scatter shows: a parameter and a metric. */
  readonly x?: string;
  readonly y?: string;
  /** The axes of the parallel coordinates. */
  readonly axes?: string;
}

/** The keys of an address, each once: a12, e7. */
export function keysOf(text: string | undefined): string[] {
  const items = (text ?? "").split(",").map((item) => item.trim());
  const keys = items.map((item) => (/^\d+$/.test(item) ? `a${item}` : item));
  return [...new Set(keys.filter((key) => /^[ae]\d{1,19}$/.test(key)))];
}
