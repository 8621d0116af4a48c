import { expect, it } from 'vitest';
import { countdownOf } from './countdown.ts';

const turn = { duration: 5_000, endsAt: 10_000 };

it.each([
  ['at the beginning', 5_000, { seconds: 5, share: 1 }],
  ['on the way', 7_500, { seconds: 3, share: 0.5 }],
  ['at the end', 10_000, { seconds: 0, share: 0 }],
  ['when time is up and the server has yet to say so', 11_000, { seconds: 0, share: 0 }],
  ['with a clock that is ahead', 4_000, { seconds: 5, share: 1 }],
])('%s', (_when, now, countdown) => expect(countdownOf(turn, now, false)).toEqual(countdown));

it('goes in whole seconds where motion is not wanted', () =>
  expect(countdownOf(turn, 7_500, true)).toEqual({ seconds: 3, share: 0.6 }));

it('is none without a turn', () => expect(countdownOf(null, 0, false)).toBe(null));
