// How one text became another, word by word: the longest common part stays, the rest was taken out or put in.

export interface Piece {
  readonly text: string;
  readonly change: "same" | "out" | "in";
}

// Comparing takes the product of both lengths; longer texts are compared by their lines.
const MOST_WORDS = 1500;

/** The pieces of two texts, in order; pieces of the same kind are joined. */
export function compareTexts(before: string, after: string): Piece[] {
  const byWords = [split(before, /(\s+)/), split(after, /(\s+)/)] as const;
  const isLong = Math.max(byWords[0].length, byWords[1].length) > MOST_WORDS;
  const [left, right] = isLong ? [split(before, /(\n)/), split(after, /(\n)/)] : byWords;
  if (Math.max(left.length, right.length) > 2 * MOST_WORDS)
    return joined([
      { text: before, change: "out" },
      { text: after, change: "in" },
    ]);
  return joined(walk(left, right, lengths(left, right)));
}

function split(text: string, at: RegExp): string[] {
  return text.split(at).filter((word) => word !== "");
}

/** lengths[i][j]: how many words the texts share from i and j on. */
function lengths(left: readonly string[], right: readonly string[]): Uint16Array[] {
  const table = Array.from({ length: left.length + 1 }, () => new Uint16Array(right.length + 1));
  for (let i = left.length - 1; i >= 0; i -= 1) {
    const [row, below] = [table[i] as Uint16Array, table[i + 1] as Uint16Array];
    for (let j = right.length - 1; j >= 0; j -= 1) {
      row[j] = left[i] === right[j] ? (below[j + 1] as number) + 1 : Math.max(below[j] as number, row[j + 1] as number);
    }
  }
  return table;
}

function walk(left: readonly string[], right: readonly string[], table: readonly Uint16Array[]): Piece[] {
  const pieces: Piece[] = [];
  let [i, j] = [0, 0];
  while (i < left.length || j < right.length) {
    const takesOut = (table[i + 1]?.[j] ?? -1) >= (table[i]?.[j + 1] ?? -1);
    if (i < left.length && j < right.length && left[i] === right[j]) {
      pieces.push({ text: left[i] as string, change: "same" });
      i += 1;
      j += 1;
    } else if (i < left.length && (j === right.length || takesOut)) {
      pieces.push({ text: left[i] as string, change: "out" });
      i += 1;
    } else {
      pieces.push({ text: right[j] as string, change: "in" });
      j += 1;
    }
  }
  return pieces;
}

function joined(pieces: readonly Piece[]): Piece[] {
  const found: Piece[] = [];
  for (const { text, change } of pieces) {
    const last = found.at(-1);
    if (last?.change === change) found[found.length - 1] = { text: last.text + text, change };
    else found.push({ text, change });
  }
  return found.filter(({ text }) => text !== "");
}

/** Whether a text is so long that people look for the words that differ. */
export function isLongText(value: unknown): value is string {
  return typeof value === "string" && (value.length > 60 || value.includes("\n") || /(\S+\s+){5}/.test(value));
}
