/**
 * The exact 95 % interval of a share (Clopper and Pearson 1934): all shares under which so many successes or
 * more, and so many or fewer, are each seen at least once in 40 trials of this size.
 */
export function exactInterval(successes: number, trials: number): { low: number; high: number } {
  const tail = 0.025;
  return {
    low: successes === 0 ? 0 : solve((share) => 1 - atMost(successes - 1, trials, share) - tail),
    high: successes === trials ? 1 : solve((share) => tail - atMost(successes, trials, share)),
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

/** The probability of `successes` or fewer. */
function atMost(successes: number, trials: number, share: number): number {
  let logTerm = trials * Math.log1p(-share);
  let sum = Math.exp(logTerm);
  for (let count = 1; count <= successes; count++) {
    logTerm += Math.log((trials - count + 1) / count) + Math.log(share) - Math.log1p(-share);
    sum += Math.exp(logTerm);
  }
  return sum;
}
