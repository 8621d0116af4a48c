import { expect, it } from 'vitest';
import { fill } from './fill.ts';

it('puts values in their places, 0 among them, and leaves what has none', () => {
  expect(fill('{errors} of {of}, {what}', { errors: 0, of: '$1' })).toBe('0 of $1, {what}');
});
