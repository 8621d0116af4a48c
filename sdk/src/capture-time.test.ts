import { expect, it } from 'vitest';
import { captureTimeOf } from './capture-time.ts';

it.each([
  ['the camera’s own', { captureTime: 990, expectedDisplayTime: 1_010 }, 1_000, -Infinity, 990],
  ['when it is shown, where the camera does not say', { expectedDisplayTime: 995 }, 1_000, -Infinity, 995],
  ['now, where that is yet to come', { expectedDisplayTime: 1_016 }, 1_000, -Infinity, 1_000],
  ['now, where nobody says', null, 1_000, -Infinity, 1_000],
  ['now, where the camera’s clock is another one', { captureTime: 5 }, 2_000, -Infinity, 2_000],
  ['later than the one before', { captureTime: 900 }, 1_000, 950, 950.1],
])('%s', (_what, metadata, now, previous, time) => expect(captureTimeOf(metadata, now, previous)).toBe(time));
