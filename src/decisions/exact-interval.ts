/**
 * The exact 95 % interval of a share (Clopper and Pearson 1934): all shares under which so many successes or
 * more, and so many or fewer, are each seen at least once in 40 trials of this size.
 */
export function exactInterval(successes: number, trials: number): { low: number; high: number } {
  const tail = 0.025;
  return {
    low:
      successes === 0 ? 0 : solve((share) => incompleteBeta(successes, trials - successes + 1, share) - tail),
    high:
      successes === trials
        ? 1
        : solve((share) => tail - 1 + incompleteBeta(successes + 1, trials - successes, share)),
  };
}

/** Where a function that grows from below 0 crosses it, between 0 and 1. */
function solve(growing: (share: number) => number): number {
  let [low, high] = [0, 1];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (growing(middle) < 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/**
 * The regularised incomplete beta function, by its continued fraction (NIST DLMF 8.17.22, evaluated by the method of
 * Lentz). It is the probability of `one` or more successes in `one + other − 1` trials, and takes some √(one + other)
 * steps where a sum of binomial terms takes as many as there are trials.
 */
function incompleteBeta(one: number, other: number, share: number): number {
  if (share <= 0) return 0;
  if (share >= 1) return 1;
  // The fraction converges fast below the mean alone; above it the other tail is taken (DLMF 8.17.4).
  if (share > (one + 1) / (one + other + 2)) return 1 - incompleteBeta(other, one, 1 - share);
  const logFactor =
    logGamma(one + other) -
    logGamma(one) -
    logGamma(other) +
    one * Math.log(share) +
    other * Math.log1p(-share);
  return Math.exp(logFactor) / (one * continuedFraction(one, other, share));
}

function continuedFraction(one: number, other: number, share: number): number {
  const tiny = 1e-300;
  let numerator = 1;
  let denominator = 0;
  let value = 1;
  for (let step = 1; step < 10_000; step++) {
    const half = Math.floor(step / 2);
    const coefficient =
      step % 2 === 0
        ? (half * (other - half) * share) / ((one + 2 * half - 1) * (one + 2 * half))
        : (-(one + half) * (one + other + half) * share) / ((one + 2 * half) * (one + 2 * half + 1));
    denominator = 1 / (1 + coefficient * denominator || tiny);
    numerator = 1 + coefficient / numerator || tiny;
    const factor = numerator * denominator;
    value *= factor;
    if (Math.abs(factor - 1) < 1e-15) break;
  }
  return value;
}

/** The logarithm of the gamma function above 0, by Stirling's series (DLMF 5.11.1) from 10 up. */
function logGamma(value: number): number {
  let shift = 0;
  let at = value;
  for (; at < 10; at++) shift += Math.log(at);
  const inverse = 1 / at;
  const square = inverse * inverse;
  const series =
    inverse * (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square / 1188))));
  return (at - 0.5) * Math.log(at) - at + 0.5 * Math.log(2 * Math.PI) + series - shift;
}
