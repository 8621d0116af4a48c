import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../test/support/random.ts';
import { fitLogisticRegression, type LabelledRow, probability } from './logistic-regression.ts';

/** So many rows with one value, so many of them positive. */
const rows = (value: number, positives: number, negatives: number): LabelledRow[] => [
  ...Array.from({ length: positives }, () => ({ values: [value], positive: true })),
  ...Array.from({ length: negatives }, () => ({ values: [value], positive: false })),
];

describe('logistic regression', () => {
  it('finds the odds of a table of two by two, whose solution is known', () => {
    // 50 of each class, so each row counts once: the log-odds are ln(10/30) at 0 and ln(40/20) at 1.
    const { weights, bias } = fitLogisticRegression([...rows(0, 10, 30), ...rows(1, 40, 20)], 0);
    expect(bias).toBeCloseTo(Math.log(10 / 30), 6);
    expect(weights[0]).toBeCloseTo(Math.log(40 / 20) - Math.log(10 / 30), 6);
  });

  it('takes both classes for equally many, however few one of them is', () => {
    // Five times the positives: their rows count a fifth of the others', and the answer is the same.
    const { weights, bias } = fitLogisticRegression([...rows(0, 50, 30), ...rows(1, 200, 20)], 0);
    expect(bias).toBeCloseTo(Math.log(10 / 30), 6);
    expect(weights[0]).toBeCloseTo(Math.log(6), 6);
  });

  it('finds what a general minimiser finds', () => {
    // scipy.optimize.minimize (BFGS, gtol 1e-9) of the loss in the docstring.
    const values = [
      [0.5, -1.2],
      [1.5, 0.3],
      [-0.7, 0.8],
      [2.1, -0.4],
      [-1.3, -0.9],
      [0.1, 1.1],
      [-0.4, -0.2],
    ];
    const positive = [true, true, false, true, false, false, false];
    const model = fitLogisticRegression(
      values.map((row, at) => ({ values: row, positive: positive[at]! })),
      1,
    );
    const { weights, bias } = { weights: [1.2066229, -0.5679864], bias: -0.5097409 };
    expect(model.bias).toBeCloseTo(bias, 5);
    for (const [at, weight] of weights.entries()) expect(model.weights[at]).toBeCloseTo(weight, 5);
  });

  it('has no slope left where it stops, and any step away costs', () => {
    const random = seededRandom(7);
    const data: LabelledRow[] = Array.from({ length: 300 }, () => {
      const values = [random() * 2 - 1, random() * 2 - 1, random() * 2 - 1];
      return { values, positive: values[0]! * 2 - values[1]! + random() - 0.5 > 0 };
    });
    const penalty = 0.5;
    const model = fitLogisticRegression(data, penalty);
    const positives = data.filter(({ positive }) => positive).length;
    const slopes = [0, 1, 2].map((at) =>
      data.reduce((sum, { values, positive }) => {
        const count = data.length / (2 * (positive ? positives : data.length - positives));
        return sum + count * (probability(model, values) - (positive ? 1 : 0)) * values[at]!;
      }, penalty * model.weights[at]!),
    );
    for (const slope of slopes) expect(Math.abs(slope)).toBeLessThan(1e-3);
    expect(model.weights[0]!).toBeGreaterThan(1);
    expect(model.weights[1]!).toBeLessThan(-0.5);
  });

  it('gives a value that never changes no weight', () => {
    const data = rows(0, 5, 15)
      .concat(rows(1, 15, 5))
      .map((row) => ({ ...row, values: [...row.values, 0] }));
    const { weights } = fitLogisticRegression(data, 1);
    expect(weights[1]).toBe(0);
    expect(weights[0]).toBeGreaterThan(0.5);
  });

  it('stays finite where a plane separates the classes, by its penalty', () => {
    const { weights } = fitLogisticRegression([...rows(-1, 0, 10), ...rows(1, 10, 0)], 1);
    expect(weights[0]).toBeGreaterThan(1);
    expect(weights[0]).toBeLessThan(10);
  });

  it('says what it cannot learn from', () => {
    expect(() => fitLogisticRegression(rows(1, 3, 0), 1)).toThrow('Both classes are needed.');
    expect(() => fitLogisticRegression(rows(Number.NaN, 3, 3), 1)).toThrow('not finite');
  });
});
