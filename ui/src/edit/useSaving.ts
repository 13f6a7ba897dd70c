// Saving what was typed in an editor: shown at once, taken back where the server refuses it, never lost.

import { useRef, useState } from "react";
import { queryClient } from "../api/client";
import { Problem } from "../api/problem";
import type { Node } from "../api/shapes";
import { apiKindOf, Clash, change, type Reverse, refreshAfter } from "./changing";
import { type Edit, patched } from "./fields";
import { offerUndo } from "./undo";

export interface Saving {
  /** The record as it was when the editor was opened. */
  readonly read: Node;
  readonly isSaving: boolean;
  /** Why the last attempt failed. */
  readonly mistake: string | undefined;
  readonly clash: Clash | undefined;
  /** Make changes, and say them in a sentence. */
  readonly save: (edits: readonly Edit[], text: string) => Promise<void>;
  /** The same changes of the record as somebody else has left it. */
  readonly useMine: () => void;
  readonly keepTheirs: () => void;
}

/** @param isFollowing whether a change is one of the record as it is shown, and not as it was when this began. */
export function useSaving(record: Node, onClose: () => void, isFollowing = false): Saving {
  const read = useRef(record);
  const [isSaving, setIsSaving] = useState(false);
  if (isFollowing && !isSaving) read.current = record;
  const [mistake, setMistake] = useState<string>();
  const [clash, setClash] = useState<Clash>();
  const last = useRef<{ edits: readonly Edit[]; text: string }>(undefined);
  const save = async (edits: readonly Edit[], text: string) => {
    if (edits.length === 0) return onClose();
    last.current = { edits, text };
    setIsSaving(true);
    setMistake(undefined);
    setClash(undefined);
    const failure = await tryAll(read.current, edits, text);
    setIsSaving(false);
    if (failure === undefined) return onClose();
    if (failure instanceof Clash) setClash(failure);
    else setMistake(sayProblem(failure));
  };
  const useMine = () => {
    if (!clash || !last.current) return;
    read.current = clash.now;
    void save(last.current.edits, last.current.text);
  };
  const keepTheirs = () => {
    if (clash) refreshAfter([clash.now]);
    onClose();
  };
  return { read: read.current, isSaving, mistake, clash, save, useMine, keepTheirs };
}

function sayProblem(failure: unknown): string {
  const { kind, title, detail } = Problem.from(failure);
  return kind === "offline" ? `${title}. Nothing was saved; what you wrote is still here.` : detail;
}

/** Make changes one after the other, which are shown before the server answers; return why they stopped. */
async function tryAll(read: Node, edits: readonly Edit[], text: string): Promise<unknown> {
  const key = ["node", apiKindOf(read), read.id];
  await queryClient.cancelQueries({ queryKey: key });
  const expected = edits.reduce((shown, edit) => expectedAfter(shown, edit), read);
  queryClient.setQueryData(key, expected);
  const reverses: Reverse[] = [];
  let known = read;
  try {
    for (const edit of edits) {
      const { record, reverse } = await change(known, edit);
      reverses.unshift(reverse);
      known = record;
    }
  } catch (error) {
    queryClient.setQueryData(key, known);
    if (reverses.length > 0) offerUndo(`A part was changed: ${text}`, reverses);
    return error;
  }
  refreshAfter([known]);
  offerUndo(text, reverses);
  return undefined;
}

function expectedAfter(record: Node, edit: Edit): Node {
  if ("patch" in edit) return patched(record, edit.patch);
  const others = record.aliases.filter((alias) => alias !== edit.alias);
  return { ...record, aliases: edit.isGiven ? [...others, edit.alias].sort() : others };
}
