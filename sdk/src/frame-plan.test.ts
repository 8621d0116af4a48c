import { describe, expect, it } from 'vitest';
import { type FramePlan, firstPlan, formatOf, formats, isHopelesslySlow, planAfter } from './frame-plan.ts';

/** Plays a link: milliseconds of an answer by the bytes of its frame, on a server that takes `server` of its own. */
function play(
  answers: number,
  roundTrip: (level: number, answer: number) => number,
  from: FramePlan = firstPlan,
) {
  const levels: number[] = [];
  let plan = from;
  for (let answer = 0; answer < answers; answer++) {
    plan = planAfter(plan, roundTrip(plan.level, answer));
    levels.push(plan.level);
  }
  return { plan, levels };
}

/** Bytes of a 4:3 frame at each level, as JPEGs of a webcam's face are; only their proportions matter here. */
const bytes = [70_000, 46_000, 28_000, 20_000, 11_000, 8_000];
const link = (kilobits: number, server: number) => (level: number) => server + (bytes[level]! * 8) / kilobits;

it('begins in the middle', () => expect(formatOf(firstPlan)).toEqual({ side: 480, quality: 0.7 }));

describe('on a fast link', () => {
  it('reaches the best format with the fifth frame, and stays', () => {
    const { levels } = play(40, link(50_000, 60));
    expect(levels.slice(0, 5)).toEqual([2, 1, 1, 0, 0]);
    expect(new Set(levels.slice(3))).toEqual(new Set([0]));
  });

  it('is not moved by one late answer', () => {
    const { levels } = play(40, (_level, answer) => (answer === 20 ? 500 : 80));
    expect(levels.slice(10)).toEqual(Array(30).fill(0));
  });
});

describe('on a slow link', () => {
  it('sends frames at 400 kbit/s that come back in time, without going up and down for long', () => {
    const roundTrip = link(400, 60);
    const { plan, levels } = play(60, roundTrip);
    expect(roundTrip(plan.level)).toBeLessThan(333);
    const changes = levels.slice(20).filter((level, index, all) => index > 0 && level !== all[index - 1]);
    expect(changes).toEqual([]);
  });

  it('takes two steps where one alone would save too little to be told from chance', () => {
    const { levels } = play(30, link(1_000, 400));
    expect(Math.min(...levels.slice(5))).toBeGreaterThan(3);
  });

  it('says when even the smallest frames take too long', () => {
    const { plan } = play(20, link(60, 60));
    expect(plan.level).toBe(formats.length - 1);
    expect(isHopelesslySlow(plan)).toBe(true);
    expect(isHopelesslySlow(firstPlan)).toBe(false);
  });

  it('goes back up when the link is fast again, however far the server is', () => {
    const { plan } = play(20, link(100, 60));
    expect(plan.level).toBeGreaterThan(3);
    expect(play(60, link(50_000, 60), plan).plan.level).toBe(0);
    expect(play(60, link(50_000, 180), plan).plan.level).toBe(0);
  });

  it('goes down even where a late server made the first step look vain', () => {
    const roundTrip = link(400, 60);
    const { levels } = play(
      14,
      (level, answer) => roundTrip(level) + (answer === 2 || answer === 3 ? 400 : 0),
    );
    expect(levels.slice(1, 5)).toContain(2);
    expect(roundTrip(levels.at(-1)!)).toBeLessThan(333);
  });
});

it('does not shrink frames for a server that is slow by itself, but now and then to see', () => {
  const { levels } = play(80, () => 500);
  const atFirst = levels.filter((level) => level === 2).length;
  expect(atFirst).toBeGreaterThan(65);
  expect(Math.max(...levels)).toBe(4);
});

it('tries a step up that failed again after ever longer times', () => {
  // Level 1 is just too much for this link, level 2 is not.
  const { levels } = play(400, (level) => (level >= 2 ? 100 : 400));
  const tries = levels.flatMap((level, index) => (level === 1 && levels[index - 1] === 2 ? [index] : []));
  const gaps = tries.slice(1).map((at, index) => at - tries[index]!);
  expect(tries.length).toBeGreaterThan(2);
  expect(gaps).toEqual([...gaps].sort((one, other) => one - other));
  expect(gaps.at(-1)).toBeGreaterThan(30);
});
