import { describe, expect, it } from 'vitest';
import { detSteps, detTicks, normalDeviate } from './det-scale.ts';

describe('normal deviates', () => {
  // From tables of the normal distribution.
  it.each([
    [0.5, 0],
    [0.84134474606854, 1],
    [0.975, 1.95996398454],
    [0.2, -0.841621233573],
    [0.05, -1.64485362695],
    [0.01, -2.32634787404],
    [0.001, -3.09023230617],
    [0.999999, 4.75342430882],
  ])('has %d of all below %d', (share, deviate) => {
    expect(normalDeviate(share)).toBeCloseTo(deviate, 7);
  });

  it('goes to infinity where nothing or all is below', () => {
    expect([normalDeviate(0), normalDeviate(1)]).toEqual([
      Number.NEGATIVE_INFINITY,
      Number.POSITIVE_INFINITY,
    ]);
  });
});

describe('steps', () => {
  const curve = [
    { x: 1, y: 0 },
    { x: 0.5, y: 0 },
    { x: 0.2, y: 0.1 },
    { x: 0, y: 0.3 },
    { x: 0, y: 1 },
  ];
  const shares = (steps: ReturnType<typeof detSteps>) =>
    steps
      .map(({ x, y }) => (Number.isNaN(x) ? null : [x, y].map((one) => Number(share(one).toFixed(4)))))
      // One gap after another is one gap.
      .filter((step, at, all) => step !== null || all[at - 1] !== null);

  it('go by the worse of both rates, end at the axes, and leave out what has no place on them', () => {
    expect(shares(detSteps(curve, 0.01, 0.8))).toEqual([
      // No person is refused: nowhere on such axes.
      null,
      [0.5, 0.01],
      [0.5, 0.1],
      [0.5, 0.1],
      [0.2, 0.1],
      [0.2, 0.1],
      [0.2, 0.3],
      [0.2, 0.3],
      [0.01, 0.3],
      // No attack passes.
      null,
    ]);
  });

  it('are nowhere where one rate or the other is always none', () => {
    const perfect = [
      { x: 1, y: 0 },
      { x: 0, y: 0 },
      { x: 0, y: 1 },
    ];
    expect(shares(detSteps(perfect, 0.01, 0.8))).toEqual([null]);
  });

  it('get axes that hold them', () => {
    expect(detTicks([curve])).toEqual([0.02, 0.05, 0.1, 0.2, 0.4, 0.6]);
    expect(detTicks([[{ x: 0.004, y: 0.97 }]])).toEqual([
      0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 0.9,
    ]);
    expect(detTicks([])).toEqual([0.02, 0.05, 0.1, 0.2, 0.4]);
  });
});

/** The share below a deviate, by halving. */
function share(deviate: number): number {
  let [low, high] = [0, 1];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (normalDeviate(middle) < deviate) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
