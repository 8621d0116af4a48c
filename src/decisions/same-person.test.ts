import { describe, expect, it } from 'vitest';
import { findModel } from '../perception/models/registry.ts';
import calibration from './calibration/same-person.json' with { type: 'json' };
import { anotherPersonFrom, anotherPersonThanStillFrom, turnedAnotherPersonFrom } from './same-person.ts';

describe('the limits of one person', () => {
  it.each(Object.keys(calibration.embedders))('are stricter the more frames there are (%s)', (model) => {
    const [one, two, three, twelve] = [1, 2, 3, 12].map((frames) => anotherPersonFrom({ model }, frames));
    expect(three).toBe(twelve);
    expect(three).toBeLessThan(two!);
    expect(two).toBeLessThan(one!);
    expect(anotherPersonThanStillFrom({ model })).toBeLessThan(one!);
    const { anyTurn, allTurns, still } = turnedAnotherPersonFrom({ model });
    expect(one).toBeLessThan(allTurns);
    expect(allTurns).toBeLessThan(anyTurn);
    expect(one).toBeLessThan(still);
  });

  it('are not guessed for an embedder that was not calibrated', () => {
    expect(() => anotherPersonFrom({ model: 'unheard of' }, 3)).toThrow(RangeError);
  });

  it('were measured with the weights that the registry names', () => {
    for (const [name, sha256] of Object.entries(calibration.models)) {
      expect(findModel(name).sha256).toBe(sha256);
    }
  });
});
