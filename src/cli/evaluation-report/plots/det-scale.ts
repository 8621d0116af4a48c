/** The rates at which axes of normal deviates have ticks. */
const tickRates = [0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 0.9] as const;

/**
 * The standard normal deviate of a share: how many standard deviations from the middle a normal distribution has so
 * much below. Axes of DET plots are in these (ISO/IEC 19795-1; Martin et al. 1997), for two normal distributions of
 * scores then give a straight line. Peter Acklam's rational approximation; its relative error is below 1.2·10⁻⁹.
 *
 * @param share between 0 and 1; −∞ and ∞ for these two
 */
export function normalDeviate(share: number): number {
  if (share <= 0) return Number.NEGATIVE_INFINITY;
  if (share >= 1) return Number.POSITIVE_INFINITY;
  if (share > 0.5) return -normalDeviate(1 - share);
  if (share < 0.02425) {
    const q = Math.sqrt(-2 * Math.log(share));
    return polynomial(tailAbove, q) / (polynomial(tailBelow, q) * q + 1);
  }
  const q = share - 0.5;
  const r = q * q;
  return (q * polynomial(middleAbove, r)) / (polynomial(middleBelow, r) * r + 1);
}

const middleAbove = [
  -3.969683028665376e1, 2.209460984245205e2, -2.759285104469687e2, 1.38357751867269e2, -3.066479806614716e1,
  2.506628277459239,
];
const middleBelow = [
  -5.447609879822406e1, 1.615858368580409e2, -1.556989798598866e2, 6.680131188771972e1, -1.328068155288572e1,
];
const tailAbove = [
  -7.784894002430293e-3, -3.223964580411365e-1, -2.400758277161838, -2.549732539343734, 4.374664141464968,
  2.938163982698783,
];
const tailBelow = [7.784695709041462e-3, 3.224671290700398e-1, 2.445134137142996, 3.754408661907416];

/** By Horner's rule; the coefficient of the highest power first. */
function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0);
}

/** A point of a curve: two rates. */
export interface TradeOff {
  readonly x: number;
  readonly y: number;
}

/**
 * The ticks of both axes: from the last one below the smallest error that was seen (0.1 % at least, 2 % at most) to the
 * first one above the greatest that was seen together with the other error, 40 % at least and 90 % at most: beyond that
 * nobody would set a threshold.
 */
export function detTicks(curves: readonly (readonly TradeOff[])[]): readonly number[] {
  const seen = curves
    .flatMap(cornersOf)
    .filter(({ x, y }) => x > 0 && y > 0)
    .flatMap(({ x, y }) => [x, y])
    .filter((rate) => rate < 1);
  const first = tickRates.findLastIndex((rate) => rate <= 0.8 * Math.min(0.025, ...seen));
  const last = tickRates.findIndex((rate) => rate >= Math.min(0.9, Math.max(0.4, ...seen)));
  return tickRates.slice(Math.max(0, first), last + 1);
}

/** A curve's points, and between each two of them the worse of both rates. */
function cornersOf(curve: readonly TradeOff[]): TradeOff[] {
  return curve.flatMap((point, at) => {
    const before = curve[at - 1];
    return before ? [{ x: Math.max(before.x, point.x), y: Math.max(before.y, point.y) }, point] : [point];
  });
}

/**
 * The steps of a curve within the axes, in normal deviates: no smoothing, and between two thresholds the worse of both
 * rates. What lies outside, where no error was seen, is a gap (NaN): it has no place on such axes.
 *
 * @param curve rates from one end of the thresholds to the other: x falls where y grows
 * @param low the smallest rate of the axes
 * @param high the greatest
 */
export function detSteps(curve: readonly TradeOff[], low: number, high: number): TradeOff[] {
  const corners = cornersOf(curve);
  const inside = (rate: number) => rate >= low && rate <= high;
  const within = ({ x, y }: TradeOff) => ({ x: deviateWithin(x, low, high), y: deviateWithin(y, low, high) });
  const steps = corners.slice(1).flatMap((to, at) => {
    const from = corners[at]!;
    const upright = from.x === to.x;
    const shown = upright ? inside(to.x) : inside(to.y);
    const [one, other] = [within(from), within(to)];
    const flat = one.x === other.x && one.y === other.y;
    if (!shown) return [{ x: Number.NaN, y: Number.NaN }];
    return flat ? [] : [one, other];
  });
  return steps;
}

function deviateWithin(share: number, low: number, high: number): number {
  return normalDeviate(Math.min(high, Math.max(low, share)));
}
