import { describe, expect, it } from 'vitest';
import { spreadEvenly, takeTimes } from './spread-frames.ts';

const steady = (count: number, step: number) => Array.from({ length: count }, (_, at) => at * step);

describe('frames spread over a clip', () => {
  it('are evenly apart, away from both ends', () => {
    expect(spreadEvenly(steady(101, 10), 4)).toEqual([130, 380, 630, 880]);
  });

  it('are all where there are no more, and as many as wanted where there are hardly more', () => {
    expect(spreadEvenly(steady(8, 33), 24)).toEqual(steady(8, 33));
    expect(new Set(spreadEvenly(steady(25, 33), 24)).size).toBe(24);
  });

  it('are as many as wanted where most of the clip stands still', () => {
    const burst = [...steady(20, 10), 5_000, 10_000];
    const chosen = spreadEvenly(burst, 8);
    expect(new Set(chosen).size).toBe(8);
    expect(chosen).toEqual(chosen.toSorted((one, other) => one - other));
    expect(chosen.slice(-2)).toEqual([5_000, 10_000]);
  });

  it('are none of a clip without any, and one of a clip of one', () => {
    expect(spreadEvenly([], 5)).toEqual([]);
    expect(spreadEvenly([0], 5)).toEqual([0]);
  });

  it('give way to the next frame where one does not come', () => {
    const isTaken = takeTimes(steady(101, 10), 4);
    const come = steady(101, 10).filter((time) => time < 130 || time > 160);
    expect(come.filter(isTaken)).toEqual([170, 380, 630, 880]);
  });

  it('are each taken once, whatever the rounding of their times', () => {
    const times = steady(50, 1000 / 30);
    const isTaken = takeTimes(times, 10);
    expect(times.filter((time) => isTaken(Math.round(time)))).toEqual(spreadEvenly(times, 10));
  });
});
