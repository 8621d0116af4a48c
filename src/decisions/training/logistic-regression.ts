/** A linear model: the log-odds of a row are its inner product with `weights`, plus `bias`. */
export interface LogisticModel {
  readonly weights: readonly number[];
  readonly bias: number;
}

/** One row to learn from. */
export interface LabelledRow {
  readonly values: readonly number[];
  /** What is to be told: true where the probability should be 1. */
  readonly positive: boolean;
  /** How much it counts beside others of its class; 1 unless told. */
  readonly count?: number;
}

/** The probability that a row is positive, 0..1. */
export function probability({ weights, bias }: LogisticModel, values: readonly number[]): number {
  return logistic(weights.reduce((sum, weight, at) => sum + weight * values[at]!, bias));
}

/**
 * Logistic regression with an L2 penalty, by Newton's method (iteratively reweighted least squares; Hastie,
 * Tibshirani and Friedman, The Elements of Statistical Learning, 4.4.1).
 *
 * Minimises the log-loss plus `penalty`/2 times the sum of squared weights; the bias is not penalised. Classes are
 * balanced: each row counts n / (2 · rows of its class), so both classes count alike and n in all, as scikit-learn's
 * `class_weight='balanced'` has it; `penalty` then is 1 / C of scikit-learn. Rows that say how much they count do so
 * within their class.
 *
 * @param rows of one length, with both classes among them; values should be standardised, for the penalty asks all
 *   weights alike
 * @param penalty 0 and more; with 0 and rows that a plane separates there is no minimum
 * @throws RangeError where a class is missing, a value is not finite, or no minimum is found
 */
export function fitLogisticRegression(rows: readonly LabelledRow[], penalty: number): LogisticModel {
  const positives = rows.filter(({ positive }) => positive).length;
  const countOf = ({ count = 1 }: LabelledRow) => count;
  const all = (ofClass: boolean) =>
    rows.reduce((sum, row) => (row.positive === ofClass ? sum + countOf(row) : sum), 0);
  const total = { positive: all(true), negative: all(false) };
  if (positives === 0 || positives === rows.length) throw new RangeError('Both classes are needed.');
  if (rows.some(({ values }) => !values.every(Number.isFinite)))
    throw new RangeError('A value is not finite.');
  const problem: Problem = {
    // The bias is the weight of one more value, which is 1 in each row.
    rows: rows.map(({ values }) => [...values, 1]),
    signs: rows.map(({ positive }) => (positive ? 1 : -1)),
    counts: rows.map(
      (row) => (rows.length * countOf(row)) / (2 * (row.positive ? total.positive : total.negative)),
    ),
    penalty,
  };
  const parameters = minimise(problem);
  return { weights: parameters.slice(0, -1), bias: parameters.at(-1)! };
}

interface Problem {
  readonly rows: readonly (readonly number[])[];
  readonly signs: readonly number[];
  readonly counts: readonly number[];
  readonly penalty: number;
}

/** Newton's decrement at which a minimum counts as found: half of it is about how much the loss could still fall. */
const tolerance = 1e-10;
const mostSteps = 100;

function minimise(problem: Problem): number[] {
  let parameters: number[] = problem.rows[0]!.map(() => 0);
  let loss = lossOf(problem, parameters);
  for (let step = 0; step < mostSteps; step++) {
    const { gradient, hessian } = derivatives(problem, parameters);
    const direction = solve(hessian, gradient);
    const decrement = inner(gradient, direction);
    // One more step costs nothing here, and squares what is missing.
    if (decrement < tolerance) return parameters.map((value, at) => value - direction[at]!);
    // The loss is convex, so a step that is short enough lowers it.
    let share = 1;
    let next = parameters;
    let lower = Infinity;
    for (; share > 1e-8; share /= 2) {
      next = parameters.map((value, at) => value - share * direction[at]!);
      lower = lossOf(problem, next);
      if (lower < loss) break;
    }
    // As low as these numbers can tell.
    if (!(lower < loss)) return parameters;
    [parameters, loss] = [next, lower];
  }
  throw new RangeError('No minimum was found: the classes may be separable, which takes a penalty.');
}

function lossOf({ rows, signs, counts, penalty }: Problem, parameters: readonly number[]): number {
  let loss = (penalty / 2) * squares(parameters.slice(0, -1));
  for (const [at, row] of rows.entries())
    loss += counts[at]! * softplus(-signs[at]! * inner(row, parameters));
  return loss;
}

function derivatives({ rows, signs, counts, penalty }: Problem, parameters: readonly number[]) {
  const size = parameters.length;
  const isBias = (at: number) => at === size - 1;
  const gradient = parameters.map((value, at) => (isBias(at) ? 0 : penalty * value));
  const hessian = parameters.map((_, at) =>
    parameters.map((__, other) => (at === other && !isBias(at) ? penalty : 0)),
  );
  for (const [index, row] of rows.entries()) {
    const live = logistic(inner(row, parameters));
    const slope = counts[index]! * (live - (signs[index]! > 0 ? 1 : 0));
    const curvature = counts[index]! * live * (1 - live);
    for (let at = 0; at < size; at++) {
      gradient[at]! += slope * row[at]!;
      for (let other = 0; other <= at; other++) hessian[at]![other]! += curvature * row[at]! * row[other]!;
    }
  }
  return { gradient, hessian };
}

/** Solves `matrix · x = vector` by Cholesky's method; of the symmetric matrix only the lower half is read. */
function solve(matrix: readonly (readonly number[])[], vector: readonly number[]): number[] {
  const size = vector.length;
  const lower = matrix.map((row) => [...row]);
  for (let at = 0; at < size; at++)
    for (let other = 0; other <= at; other++) {
      let sum = matrix[at]![other]!;
      for (let k = 0; k < other; k++) sum -= lower[at]![k]! * lower[other]![k]!;
      // A value that is the same in all rows leaves nothing on the diagonal: its weight then stays as it is.
      if (at === other) lower[at]![at] = Math.sqrt(Math.max(sum, 1e-12));
      else lower[at]![other] = sum / lower[other]![other]!;
    }
  const half = [...vector];
  for (let at = 0; at < size; at++) {
    for (let k = 0; k < at; k++) half[at]! -= lower[at]![k]! * half[k]!;
    half[at]! /= lower[at]![at]!;
  }
  for (let at = size - 1; at >= 0; at--) {
    for (let k = at + 1; k < size; k++) half[at]! -= lower[k]![at]! * half[k]!;
    half[at]! /= lower[at]![at]!;
  }
  return half;
}

function inner(one: readonly number[], other: readonly number[]): number {
  let sum = 0;
  for (let at = 0; at < one.length; at++) sum += one[at]! * other[at]!;
  return sum;
}

function squares(values: readonly number[]): number {
  return inner(values, values);
}

/** `ln(1 + e^x)` without overflow. */
function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

/** `1 / (1 + e^-x)` without overflow. */
function logistic(x: number): number {
  return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
}
