// Where the axes of curves have ticks, and what they say: powers of ten on a logarithmic axis, times as people count them.

/**
 * The ticks of a logarithmic axis: powers of ten, those between as far as there is room, or evenly spaced values where it
 * spans less than a power of ten.
 *
 * @param least greater than 0.
 * @param most how many ticks there is room for, at least two.
 */
export function logTicks(least: number, greatest: number, most: number): number[] {
  const [first, last] = [Math.floor(Math.log10(least)), Math.ceil(Math.log10(greatest))];
  const isInside = (tick: number) => tick >= least * (1 - 1e-9) && tick <= greatest * (1 + 1e-9);
  for (const steps of [[1, 2, 5], [1, 3], [1]]) {
    const ticks = powers(first, last, 1)
      .flatMap((power) => steps.map((step) => step * power))
      .filter(isInside);
    if (ticks.length <= most && ticks.length > 2) return ticks.map(tidy);
  }
  const stride = Math.ceil((last - first + 1) / most);
  const ticks = powers(Math.ceil(first / stride) * stride, last, stride).filter(isInside);
  return ticks.length > 2 ? ticks.map(tidy) : evenTicks(least, greatest, most);
}

function powers(first: number, last: number, stride: number): number[] {
  return Array.from({ length: Math.floor((last - first) / stride) + 1 }, (_, at) => 10 ** (first + at * stride));
}

/** Ticks at multiples of 1, 2 or 5 times a power of ten. */
export function evenTicks(least: number, greatest: number, most: number): number[] {
  if (!(greatest > least)) return [least];
  const rough = (greatest - least) / Math.max(1, most - 1);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= rough * (1 - 1e-9)) as number;
  const first = Math.ceil(least / step - 1e-9);
  const number = Math.floor(greatest / step + 1e-9) - first + 1;
  return Array.from({ length: Math.max(0, number) }, (_, at) => tidy((first + at) * step));
}

/** Without the last digits, which are errors of binary numbers: 0.30000000000000004. */
function tidy(number: number): number {
  return Number(number.toPrecision(12));
}

/** The steps between ticks of an axis of seconds. */
export const SECOND_STEPS: readonly number[] = [
  ...[0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30],
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * 60),
  ...[1, 2, 3, 6, 12].map((hours) => hours * 3600),
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].map((days) => days * 86_400),
];

const UNITS: readonly (readonly [seconds: number, word: string])[] = [
  [86_400, "d"],
  [3600, "h"],
  [60, "min"],
  [1, "s"],
];

/** A time since the start at a tick: "0", "30 s", "5 min", "1 h 30 min", "−2 min". */
export function elapsedWords(seconds: number): string {
  if (seconds === 0) return "0";
  const [sign, size] = [seconds < 0 ? "−" : "", Math.abs(seconds)];
  if (size < 1) return `${sign}${tidy(size * 1000)} ms`;
  const at = UNITS.findIndex(([unit]) => size >= unit);
  const [unit, word] = UNITS[at] as (typeof UNITS)[number];
  const [small, smallWord] = UNITS[at + 1] ?? [undefined, ""];
  if (small === undefined) return `${sign}${tidy(size)} s`;
  const rounded = Math.round(size / small) * small;
  if (rounded !== size) return elapsedWords(seconds < 0 ? -rounded : rounded);
  const [whole, rest] = [Math.floor(size / unit), (size % unit) / small];
  return `${sign}${whole} ${word}${rest ? ` ${rest} ${smallWord}` : ""}`;
}
