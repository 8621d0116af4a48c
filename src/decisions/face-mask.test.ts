import { describe, expect, it } from 'vitest';
import { faceFacts } from '../../test/support/facts.ts';
import { findModel } from '../perception/models/registry.ts';
import calibration from './calibration/face-mask.json' with { type: 'json' };
import { isMasked } from './face-mask.ts';
import { measured, unavailable } from './facts.ts';

const limit = calibration.masked.value;

it('has a limit that was found with the net in use', () => {
  expect(calibration.models['face-mask']).toBe(findModel('face-mask').sha256);
});

describe('isMasked', () => {
  it.each([
    [0, false],
    [limit - 1e-6, false],
    [limit, true],
    [1, true],
  ])('takes a probability of %d for %s', (probability, expected) => {
    expect(isMasked(faceFacts({ mask: measured(probability) }))).toBe(expected);
  });

  it.each(['no_model', 'not_requested', 'not_measurable'] as const)(
    'is neither yes nor no where the fact is unavailable (%s)',
    (reason) => {
      expect(isMasked(faceFacts({ mask: unavailable(reason) }))).toBeUndefined();
    },
  );
});
