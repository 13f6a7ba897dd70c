// Which way a metric is better, by the words of its name. What stays out: where a choice to turn it around is kept.

export type Direction = "higher" | "lower";

// Losses, errors, distances, times and costs. Everything else counts as better the higher it is.
const LOWER = new Set(
  [
    "loss losses logloss mlogloss nloglik nll bce perplexity ppl deviance crossentropy",
    "error errors err merror rmse mse mae mape smape wape medae rmsle msle mdape nrmse misclassification brier eer fpr fnr",
    "wer cer ter der fid lpips mcd distance divergence regret violations drift aic bic",
    "latency duration time seconds secs sec millis milliseconds ms delay lag",
    "memory bytes cost price",
  ].flatMap((line) => line.split(" ")),
);
// Two words that mean a loss together and not alone.
const LOWER_TOGETHER = new Set(["cross entropy", "bits per"]);
// scikit-learn turns errors around for its searches: neg_mean_squared_error is better the higher it is.
const TURNED = new Set(["neg", "negative", "minus"]);

/** The way in which a metric of this name is better: lower for losses, errors, times and costs, else higher.
 *
 * @param turned the names of the metrics that somebody turned around.
 */
export function metricDirection(metric: string, turned: ReadonlySet<string> = NONE): Direction {
  return isLower(wordsOf(metric)) === turned.has(metric) ? "higher" : "lower";
}

const NONE: ReadonlySet<string> = new Set();

function isLower(words: readonly string[]): boolean {
  const named = words.some((word, at) => LOWER.has(word) || (at > 0 && LOWER_TOGETHER.has(`${words[at - 1]} ${word}`)));
  return named && !TURNED.has(words[0] ?? "");
}

/** The words of a name in small letters: valLoss/RMSE@5 → val, loss, rmse. */
function wordsOf(name: string): string[] {
  return name
    .replace(/(\p{Ll})(\p{Lu})/gu, "$1 $2")
    .toLowerCase()
    .split(/[^\p{L}]+/u)
    .filter(Boolean);
}

/** Whether a number is better than another. NaN is better than nothing. */
export function isBetter(number: number, other: number, direction: Direction): boolean {
  if (Number.isNaN(number) || Number.isNaN(other)) return Number.isNaN(other) && !Number.isNaN(number);
  return direction === "lower" ? number < other : number > other;
}

/** The places of the best numbers, several if they are equal; none if all are equal or fewer than two are numbers. */
export function bestPlaces(numbers: readonly (number | null)[], direction: Direction): ReadonlySet<number> {
  const known = numbers.filter((number): number is number => number !== null && !Number.isNaN(number));
  const best = known.reduce((kept, number) => (isBetter(number, kept, direction) ? number : kept), Number.NaN);
  if (known.length < 2 || known.every((number) => number === best)) return new Set();
  return new Set(numbers.flatMap((number, at) => (number === best ? [at] : [])));
}

/** Which way counted, in words: "higher is better". */
export function directionWords(direction: Direction): string {
  return `${direction} is better`;
}
