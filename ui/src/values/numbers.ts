// Numbers as people read them. 64-bit integers arrive as text and stay text: a float would change their last digits.

const GROUPS = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** A count with separators: 12,345. */
export function formatCount(count: number): string {
  return GROUPS.format(count);
}

/**
 * A count and its noun, which agree: "1 record", "12,345 records", "2 entries".
 *
 * @param options.more there are at least so many: "100+ records".
 * @param options.plural the plural, where it is not made by the rule.
 */
export function count(number: number, noun: string, options: { more?: boolean; plural?: string } = {}): string {
  const text = `${formatCount(number)}${options.more ? "+" : ""}`;
  return `${text} ${number === 1 && !options.more ? noun : (options.plural ?? pluralOf(noun))}`;
}

function pluralOf(noun: string): string {
  if (/[^aeiou]y$/.test(noun)) return `${noun.slice(0, -1)}ies`;
  return /(s|x|ch|sh)$/.test(noun) ? `${noun}es` : `${noun}s`;
}

/** A whole number of any length with separators, exact. */
export function formatInteger(text: string): string {
  return /^-?\d+$/.test(text) ? GROUPS.format(BigInt(text)) : text;
}

/** A number in four significant digits; the exact one belongs on hover and into copies. */
export function formatNumber(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return GROUPS.format(value);
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e9)) return value.toExponential(3).replace(/\.?0+e/, "e");
  return new Intl.NumberFormat("en", { maximumSignificantDigits: 4 }).format(value);
}

/** A difference with its sign: +0.12, −3. */
export function formatDelta(delta: number): string {
  if (delta === 0) return "=";
  if (Number.isNaN(delta)) return "NaN";
  return (delta > 0 ? "+" : "−") + formatNumber(Math.abs(delta));
}

/** The number that a text or number stands for, or null. "NaN" and "Infinity" count as numbers. */
export function toNumber(value: unknown): number | null {
  if (typeof value === "number") return value;
  if (typeof value !== "string" || value.trim() === "") return null;
  if (/^-?(nan)$/i.test(value)) return Number.NaN;
  if (/^-?inf(inity)?$/i.test(value))
    return value.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const number = Number(value);
  return Number.isNaN(number) ? null : number;
}

/** Numbers in order, text in order, numbers before text; NaN last among numbers. */
export function compareValues(left: unknown, right: unknown): number {
  const [a, b] = [toNumber(left), toNumber(right)];
  if (a !== null && b !== null) {
    if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
    return a === b ? 0 : a - b; // the difference of two infinities is no number
  }
  if (a !== null) return -1;
  if (b !== null) return 1;
  return String(left ?? "").localeCompare(String(right ?? ""), "en", { numeric: true });
}
