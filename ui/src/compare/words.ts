// How one text became another, word by word. The comparing itself is jsdiff's.

import { diffLines, diffWordsWithSpace } from "diff";

export interface Piece {
  readonly text: string;
  readonly change: "same" | "out" | "in";
}

// So many words may be taken out and put in, which takes a fifth of a second. Texts that differ more are compared by lines,
// and shown as a whole where their lines differ as much.
const LIMIT = { maxEditLength: 1000 };

/** The pieces of two texts, in order. */
export function compareTexts(before: string, after: string): Piece[] {
  const found = diffWordsWithSpace(before, after, LIMIT) ?? diffLines(before, after, LIMIT);
  if (found) return found.map(({ value, added, removed }) => ({ text: value, change: changeOf(added, removed) }));
  return [
    { text: before, change: "out" },
    { text: after, change: "in" },
  ];
}

function changeOf(added: boolean, removed: boolean): Piece["change"] {
  return added ? "in" : removed ? "out" : "same";
}

/** Whether a text is so long that people look for the words that differ. */
export function isLongText(value: unknown): value is string {
  return typeof value === "string" && (value.length > 60 || value.includes("\n") || /(\S+\s+){5}/.test(value));
}
