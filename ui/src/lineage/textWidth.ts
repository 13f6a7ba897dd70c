// How wide a text is on the screen, in pixels. Without a canvas, as in tests, it is estimated, rather too wide than too
// narrow.

import { FONT } from "../app/theme";

/** The weight and size of names on nodes. */
export const NAME_FONT = `550 13px ${FONT}`;
const SIZE = 13;

let context: CanvasRenderingContext2D | null | undefined;
const known = new Map<string, number>();
const MOST_KNOWN = 50_000;

export function textWidth(text: string): number {
  const before = known.get(text);
  if (before !== undefined) return before;
  if (known.size > MOST_KNOWN) known.clear();
  const width = measured(text) || estimated(text);
  known.set(text, width);
  return width;
}

function measured(text: string): number {
  if (context === undefined) {
    context = typeof document === "undefined" ? null : document.createElement("canvas").getContext("2d");
    if (context?.font !== undefined) context.font = NAME_FONT;
  }
  return context?.measureText?.(text).width ?? 0;
}

function estimated(text: string): number {
  let width = 0;
  for (const letter of text) width += SIZE * shareOf(letter);
  return width;
}

function shareOf(letter: string): number {
  if (/[ijl.,:;|!'() /[\]-]/.test(letter)) return 0.38;
  if (/[mwMW@%…]/.test(letter)) return 1;
  if (letter < "\u0250") return /[A-Z_]/.test(letter) ? 0.75 : 0.64;
  return 1.1;
}
