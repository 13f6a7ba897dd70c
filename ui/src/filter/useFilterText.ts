// The text in the filter box while it is written: where the caret is, what the server says of it, what is handed on.

import { useDebouncedValue } from "@mantine/hooks";
import { useEffect, useMemo, useRef, useState } from "react";
import { connection, onConnection } from "../api/connection";
import { Problem } from "../api/problem";
import { type Completion, checkFilter, type FilterMistake, useWriting } from "../api/searches";
import type { ListKind } from "../api/shapes";
import { isShared } from "../state/retries";

/** How long writing must pause before the server is asked, milliseconds. */
const PAUSE = 120;

export interface FilterTextProps {
  readonly kind: ListKind;
  readonly filter: string;
  /** The server's own filter query, instead of the filter; undefined while there is none. */
  readonly raw: string | undefined;
  /** Why the list that was asked for last, or a change of the filter, failed. */
  readonly problem: unknown;
  readonly onFilter: (filter: string) => void;
  readonly onRaw: (query: string) => void;
}

export type FilterText = ReturnType<typeof useFilterText>;

export function useFilterText({ kind, filter, raw, problem, onFilter, onRaw }: FilterTextProps) {
  const [isRaw, setIsRaw] = useState(raw !== undefined);
  const current = isRaw ? (raw ?? "") : filter;
  const [text, setText] = useState(current);
  const [caret, setCaret] = useState<number | null>(null);
  const [failure, setFailure] = useState<unknown>();
  const [checked, setChecked] = useState<{ text: string; mistake: FilterMistake | undefined }>();
  const latest = useRef(text);
  latest.current = text;
  useEffect(() => setText(current), [current]);
  const said = useSaid(kind, text, caret, !isRaw && (caret !== null || text !== current));
  /** The text as it is handed on; a filter with a mistake, or one that the server could not read, stays in the box. */
  const submit = async () => {
    setCaret(null);
    setFailure(undefined);
    if (isRaw) return onRaw(text.trim());
    try {
      const mistake = await checkFilter(kind, text);
      setChecked({ text, mistake });
      if (!mistake && latest.current === text) onFilter(text.trim());
    } catch (error) {
      setFailure(error);
    }
  };
  const clear = () => {
    setText("");
    if (isRaw) onRaw("");
    else onFilter("");
  };
  const write = (next: string, place: number | null) => {
    setText(next);
    setFailure(undefined);
    setCaret(place);
  };
  const toggleRaw = () => {
    setIsRaw(!isRaw);
    write("", caret);
  };
  const trouble = failure ?? said.error ?? (text === current ? problem : undefined);
  useSubmitLater(failure, submit);
  const mistake = (checked?.text === text ? checked.mistake : said.mistake) ?? mistakeOf(text, trouble);
  // A place in another text is no place in this one.
  const mark = mistake !== said.mistake || said.isPlaced ? mistake : undefined;
  const completions = caret === null || isRaw ? [] : said.completions;
  return {
    text,
    isRaw,
    current,
    mistake,
    mark,
    isWaiting: isShared(trouble),
    completions,
    isFresh: said.isFresh,
    submit,
    clear,
    write,
    setCaret,
    toggleRaw,
  };
}

interface Said {
  readonly mistake: FilterMistake | undefined;
  readonly completions: readonly Completion[];
  /** Whether it is said of the text as it is now. */
  readonly isPlaced: boolean;
  /** Whether it is said of the caret as it is now, too. */
  readonly isFresh: boolean;
  readonly error: unknown;
}

const NOTHING: Said = { mistake: undefined, completions: [], isPlaced: true, isFresh: true, error: undefined };

/** What the server says of the text. Its last answer stays while the next one is awaited, so that nothing flickers. */
function useSaid(kind: ListKind, text: string, caret: number | null, enabled: boolean): Said {
  const written = useMemo(() => ({ text, caret: caret ?? text.length }), [text, caret]);
  const [paused] = useDebouncedValue(written, PAUSE);
  const answer = useWriting(kind, paused.text, paused.caret, enabled);
  if (!enabled) return NOTHING;
  if (answer.error) return { ...NOTHING, isFresh: false, error: answer.error };
  const { mistake, completions = [] } = answer.data ?? {};
  const isPlaced = answer.data?.text === text;
  return {
    mistake,
    completions,
    isPlaced,
    isFresh: isPlaced && answer.data?.caret === written.caret,
    error: undefined,
  };
}

/** What was wrong with a request as a mistake in the text; undefined where the list itself says it. */
function mistakeOf(text: string, error: unknown): FilterMistake | undefined {
  if (error === undefined || error === null) return undefined;
  const problem = Problem.from(error);
  if (problem.kind === "refused") {
    const { start, end } = problem.placeIn(text);
    return { start, end, problem: problem.problem ?? problem.detail, hint: problem.hint ?? "" };
  }
  return undefined;
}

/** What could not be handed on, because the server did not answer, is handed on once it does. */
function useSubmitLater(failure: unknown, submit: () => Promise<void>): void {
  const latest = useRef(submit);
  latest.current = submit;
  const isWaiting = failure !== undefined && isShared(failure);
  useEffect(() => {
    if (!isWaiting) return;
    return onConnection(() => !connection().isDown && void latest.current());
  }, [isWaiting]);
}
