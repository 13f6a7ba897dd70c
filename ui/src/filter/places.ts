// Places in a text: the server counts characters (Unicode code points), JavaScript counts UTF-16 units.

/** The place in characters of a place in units. */
export function toCharacters(text: string, unit: number): number {
  return [...text.slice(0, unit)].length;
}

/** The place in units of a place in characters. */
export function toUnits(text: string, character: number): number {
  return [...text].slice(0, character).join("").length;
}
