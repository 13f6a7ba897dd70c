// How one text became another, word by word. The comparing itself is jsdiff's.

import { diffArrays, diffLines } from "diff";

export interface Piece {
  readonly text: string;
  readonly change: "same" | "out" | "in";
}

// So many words may be taken out and put in, which takes a fifth of a second: some 500 changed words. Texts that differ
// more are compared by lines, and shown as a whole where their lines differ as much.
const LIMIT = { maxEditLength: 1000 };

// Scripts that write no spaces between words: each sign is compared for itself.
const SIGNS = ["Han", "Hiragana", "Katakana", "Thai", "Lao", "Khmer", "Myanmar"]
  .map((script) => `\\p{sc=${script}}`)
  .join("");
// A sign of those, a word or number of any other script, the end of a line, spaces, and every other sign.
const WORD = new RegExp(`[${SIGNS}]\\p{M}*|(?:(?![${SIGNS}])[\\p{L}\\p{M}\\p{N}_])+|\\r?\\n|[^\\S\\n]+|.`, "gsu");

/** The pieces of two texts, in order. */
export function compareTexts(before: string, after: string): Piece[] {
  const words = diffArrays(wordsOf(before), wordsOf(after), LIMIT);
  const found = words?.map((piece) => ({ ...piece, value: piece.value.join("") })) ?? diffLines(before, after, LIMIT);
  if (found) return found.map(({ value, added, removed }) => ({ text: value, change: changeOf(added, removed) }));
  return [
    { text: before, change: "out" },
    { text: after, change: "in" },
  ];
}

/**
 * Whether the pieces of two texts share so much that the words that differ are worth marking. Two digests, which are one
 * word each, share nothing; to strike one out says no more than the two of them do.
 */
export function hasWordsInCommon(pieces: readonly Piece[]): boolean {
  const lengthOf = (changes: readonly Piece["change"][]) =>
    pieces.filter(({ change }) => changes.includes(change)).reduce((sum, { text }) => sum + text.trim().length, 0);
  return lengthOf(["same"]) >= LEAST_SHARED * lengthOf(["same", "in"]);
}

const LEAST_SHARED = 0.2;

function wordsOf(text: string): string[] {
  return text.match(WORD) ?? [];
}

function changeOf(added: boolean, removed: boolean): Piece["change"] {
  return added ? "in" : removed ? "out" : "same";
}

/** Whether a text is so long that people look for the words that differ. */
export function isLongText(value: unknown): value is string {
  return typeof value === "string" && (value.length > 60 || value.includes("\n") || /(\S+\s+){5}/.test(value));
}
