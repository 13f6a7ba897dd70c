// Smoothing as TensorBoard and MLflow do it: an exponential moving average whose start is not drawn towards zero.

/**
 * Smooth values; one that is NaN or infinite stays as it is and changes nothing after it.
 *
 * @param weight how much of the average stays with each value, from 0 to less than 1.
 * @param counts how many values each one is the mean of, where a curve was thinned; by default one.
 */
export function smoothed(values: readonly number[], weight: number, counts?: readonly number[]): number[] {
  let [sum, share] = [0, 0];
  return values.map((value, at) => {
    if (!Number.isFinite(value)) return value;
    const kept = weight ** (counts?.[at] ?? 1);
    sum = sum * kept + value * (1 - kept);
    share = share * kept + (1 - kept);
    return share > 0 ? sum / share : value;
  });
}
