// What may come next in a filter: keys, then the values that exist. What stays out: the box (FilterBox.tsx).

import { FILTER_KEYS, findKey } from "./keys";
import { quoteKey, quoteValue } from "./write";

export interface KnownValue {
  readonly value: string;
  readonly count?: number | undefined;
}

/** What the store has, as far as it is loaded. */
export interface Vocabulary {
  /** label.team, prop.framework, metric.auc */
  readonly keys: readonly string[];
  readonly values: Readonly<Record<string, readonly KnownValue[]>>;
}

export interface Suggestion {
  /** The text from `start` to the caret becomes this. */
  readonly insert: string;
  readonly start: number;
  readonly title: string;
  readonly says: string;
}

const MOST = 12;

export function suggest(text: string, caret: number, vocabulary: Vocabulary): Suggestion[] {
  const before = text.slice(0, caret);
  const token = /(?:"[^"]*"|[^\s()"])*$/.exec(before)?.[0] ?? "";
  const start = caret - token.length + (token.startsWith("-") ? 1 : 0);
  const bare = token.replace(/^-/, "");
  const parts = /^([A-Za-z_][\w.\-/]*)([:=<>]|!=|>=|<=)(.*)$/.exec(bare);
  if (bare === "?") return suggestKeys("", start, vocabulary);
  if (!parts) return suggestKeys(bare, start, vocabulary);
  const [, key = "", op = "", typed = ""] = parts;
  return findKey(key) ? suggestValues(key, op, typed, start + key.length + op.length, vocabulary) : [];
}

function suggestKeys(typed: string, start: number, { keys }: Vocabulary): Suggestion[] {
  const fixed = FILTER_KEYS.filter(({ named }) => !named).map(({ key, says, example, takes }) => ({
    insert: key + (takes === "time" || takes === "number" ? ">" : ":"),
    start,
    title: key,
    says: `${says} · ${example}`,
  }));
  const own = keys.map((key) => ({
    insert: quoteKey(key) + (key.startsWith("metric.") ? ">" : "="),
    start,
    title: key,
    says: `${FILTER_KEYS.find((known) => known.named && key.startsWith(known.key))?.says ?? "key"} in this store`,
  }));
  const lower = typed.toLowerCase();
  const all = [...fixed, ...own].filter(({ title }) => title.toLowerCase().includes(lower));
  return all.sort((left, right) => rank(left.title, lower) - rank(right.title, lower)).slice(0, MOST);
}

function rank(title: string, typed: string): number {
  return title.toLowerCase().startsWith(typed) ? 0 : 1;
}

const AGES = ["1h", "1d", "7d", "30d"];

function suggestValues(key: string, op: string, written: string, at: number, vocabulary: Vocabulary): Suggestion[] {
  const typed = written.slice(written.lastIndexOf(",") + 1);
  const start = at + written.length - typed.length;
  if (key === "has") {
    const keys = vocabulary.keys.filter((known) => known.includes(typed)).slice(0, MOST);
    return keys.map((known) => ({ insert: quoteValue(known), start, title: known, says: "is there" }));
  }
  if (findKey(key)?.takes === "time" && op !== ":") {
    return AGES.map((age) => ({ insert: age, start, title: age, says: `${age} ago` }));
  }
  const lower = typed.replace(/^"/, "").toLowerCase();
  return (vocabulary.values[key] ?? [])
    .filter(({ value }) => value.toLowerCase().includes(lower))
    .slice(0, MOST)
    .map(({ value, count }) => ({
      insert: quoteValue(value),
      start,
      title: value,
      says: count === undefined ? "" : `${count}`,
    }));
}
