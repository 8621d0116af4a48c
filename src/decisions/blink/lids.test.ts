import { expect, it } from 'vitest';
import { type LidSample, suspectLids } from './lids.ts';

/** What one sample of a closing is like, but for what is left out: eyes that are open, a head that is still. */
interface Seen {
  readonly ratio?: number;
  readonly yaw?: number;
  readonly step?: number;
  readonly lately?: number;
}

/** Judges a closing that is all of a clip, at so many milliseconds from frame to frame. */
function judge(seen: readonly Seen[], interval = 33) {
  const samples: LidSample[] = seen.map(({ ratio = 1, yaw = 0, step = 0.004, lately = 0.004 }, at) => ({
    at: at * interval,
    ratio,
    pose: { yaw, pitch: 0, roll: 0 },
    change: { step, lately },
  }));
  const ratios = samples.map(({ ratio }) => ratio);
  const lowest = ratios.indexOf(Math.min(...ratios));
  return suspectLids(samples, { before: 0, lowest, after: samples.length - 1 });
}

const lids = [1, 0.6, 0.2, 0.2, 0.5, 0.8].map((ratio) => ({ ratio }));
const swap = [1, 1, 0.2, 0.2, 0.2, 1, 1].map((ratio) => ({ ratio }));

it.each([33, 66, 100])('lids take some frames (%d ms apart)', (interval) => {
  expect(judge(lids, interval)).toBeUndefined();
});

it.each([33, 50, 66, 100, 200])('another picture takes none (%d ms apart)', (interval) => {
  expect(judge(swap, interval)).toBe('abrupt');
});

it('lids may close from one frame to the next, or open so, but not both', () => {
  expect(judge([1, 0.2, 0.3, 0.6, 0.8].map((ratio) => ({ ratio })))).toBeUndefined();
  expect(judge([1, 0.6, 0.3, 0.2, 1].map((ratio) => ({ ratio })))).toBeUndefined();
});

it('measures how abruptly they close by how far they do', () => {
  expect(judge([1, 1, 0.6, 0.6, 0.6, 1, 1].map((ratio) => ({ ratio })))).toBe('abrupt');
});

it('allows for the flicker of the measured gap where eyes close little', () => {
  const shallow = [1, 0.96, 0.61, 0.58, 0.625, 0.945, 0.99];
  expect(
    judge(
      shallow.map((ratio) => ({ ratio })),
      66,
    ),
  ).toBe('abrupt');
  // A whole closing with the same shares is a blink.
  expect(
    judge(
      shallow.map((ratio) => ({ ratio: 1 - (1 - ratio) / 0.42 })),
      66,
    ),
  ).toBeUndefined();
});

it('sees what passes over the eyes, in one frame or within a quarter of a second', () => {
  expect(judge(lids.map((seen, at) => ({ ...seen, step: at === 2 ? 0.06 : 0.004 })))).toBe('covered');
  expect(judge(lids.map((seen, at) => ({ ...seen, lately: at === 2 ? 0.06 : 0.004 })))).toBe('covered');
  expect(judge(lids.map((seen) => ({ ...seen, lately: 0.04 })))).toBeUndefined();
});

it('allows for the other skin that a turning head shows, and accuses nobody who turns fast', () => {
  const turning = (speed: number, lately: number) =>
    judge(lids.map((seen, at) => ({ ...seen, yaw: at * speed, lately: at > 1 ? lately : 0.004 })));
  expect(turning(2, 0.05)).toBeUndefined();
  expect(turning(1, 0.09)).toBe('covered');
  expect(turning(6, 0.2)).toBe('head_moved');
});

it('looks no further back than a quarter of a second for a turn', () => {
  const long = Array.from({ length: 12 }, (_, at) => ({ yaw: at < 2 ? 30 : 0 }));
  const samples = [...long, ...lids.map((seen, at) => ({ ...seen, lately: at === 2 ? 0.06 : 0.004 }))];
  expect(judge(samples)).toBe('covered');
});
