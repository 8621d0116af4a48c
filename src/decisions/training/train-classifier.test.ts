import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../test/support/random.ts';
import { type TrainingRow, tooLittle, trainClassifier } from './train-classifier.ts';

/** Faces whose first value tells how live they are, up to noise, and whose second tells whose they are. */
function faces(
  people: number,
  { noise, seed = 1, tell = 1 }: { noise: number; seed?: number; tell?: number },
): TrainingRow[] {
  const random = seededRandom(seed);
  return Array.from({ length: people }, (_, person) =>
    Array.from({ length: 12 }, (_, picture): TrainingRow => {
      const live = picture % 2 === 0;
      const value = (live ? tell : -tell) + noise * (random() * 2 - 1);
      return { values: [value, person, 7], live, subject: `person ${person}` };
    }),
  ).flat();
}

const options = { threshold: 0.5, random: seededRandom(2) };

describe('training', () => {
  it('learns what tells, and says how well it does on others', () => {
    const { model, evaluation } = trainClassifier(faces(10, { noise: 1.5 }), options);
    expect(model.weights[0]).toBeGreaterThan(1);
    expect(Math.abs(model.weights[1]!)).toBeLessThan(0.3);
    expect(model.weights[2]).toBe(0);
    expect(model.scale[2]).toBe(1);
    expect(evaluation.folds).toBe(5);
    expect(evaluation.auc.value).toBeGreaterThan(0.9);
    expect(evaluation.auc.low).toBeLessThanOrEqual(evaluation.auc.value);
    expect(evaluation.auc.high).toBeGreaterThanOrEqual(evaluation.auc.value);
    expect(evaluation.apcer).toMatchObject({ of: 60 });
    expect(evaluation.apcer.rate).toBeLessThan(0.3);
    expect(evaluation.bpcer.rate).toBeLessThan(0.3);
  });

  it('finds nothing where nothing tells', () => {
    const { evaluation } = trainClassifier(faces(12, { noise: 1, tell: 0 }), options);
    expect(evaluation.auc.value).toBeGreaterThan(0.3);
    expect(evaluation.auc.value).toBeLessThan(0.7);
    expect(evaluation.auc.low).toBeLessThan(0.5);
    expect(evaluation.brier).toBeGreaterThan(0.2);
  });

  it('is not fooled by who is in the picture: nobody is learnt from and tested on', () => {
    // Each person is live in all pictures or in none, and the second value says who it is: it tells nothing of others.
    const random = seededRandom(3);
    const rows = Array.from({ length: 20 }, (_, person) => {
      const trait = random();
      return Array.from(
        { length: 10 },
        (): TrainingRow => ({
          values: [trait, trait ** 2, Math.sin(40 * trait)],
          live: person % 2 === 0,
          subject: `${person}`,
        }),
      );
    }).flat();
    const { evaluation } = trainClassifier(rows, options);
    expect(evaluation.auc.value).toBeLessThan(0.75);
  });

  it('counts errors at the threshold that is asked for', () => {
    const rows = faces(10, { noise: 1.5 });
    const strict = trainClassifier(rows, { ...options, threshold: 0.9 }).evaluation;
    const lax = trainClassifier(rows, { ...options, threshold: 0.1 }).evaluation;
    expect(strict.apcer.errors).toBeLessThan(lax.apcer.errors);
    expect(strict.bpcer.errors).toBeGreaterThan(lax.bpcer.errors);
    expect(strict.auc.value).toBe(lax.auc.value);
  });

  it('refuses too little', () => {
    const enough = faces(6, { noise: 1 });
    expect(tooLittle(enough)).toBeUndefined();
    expect(tooLittle(faces(4, { noise: 1 }))).toMatch(
      /24 usable live pictures of 4 people; at least 20 of 5/,
    );
    expect(tooLittle(enough.filter(({ live }) => live))).toMatch(/0 usable spoof pictures of 0 people/);
    expect(tooLittle(enough.filter((_, at) => at % 3 > 0))).toBeUndefined();
    expect(tooLittle(enough.filter((_, at) => at % 6 === 0 || at % 2 === 1))).toMatch(/12 usable live/);
  });
});
