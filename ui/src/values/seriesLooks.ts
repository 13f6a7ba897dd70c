// What tells the lines of a chart apart: six colours (tokens.css), and dashes from the seventh line on.

export const COLOURS = 6;
const DASHES: readonly (readonly number[])[] = [[], [6, 3], [2, 3], [8, 3, 2, 3]];

/** The name of the colour of a line: series-1 to series-6. */
export function seriesColour(at: number): string {
  return `series-${(at % COLOURS) + 1}`;
}

/** The lengths of dashes and gaps of a line; none for a line without gaps. */
export function seriesDash(at: number): readonly number[] {
  return DASHES[Math.floor(at / COLOURS) % DASHES.length] as readonly number[];
}

/** The value of a token of tokens.css, for a canvas. */
export function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}
