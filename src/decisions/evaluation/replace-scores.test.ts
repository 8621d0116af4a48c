import { describe, expect, it } from 'vitest';
import { faceFacts } from '../../../test/support/facts.ts';
import { measured } from '../facts.ts';
import type { LabelledMeasurement } from './build-report.ts';
import { keepFace } from './measurement.ts';
import { replaceScores } from './replace-scores.ts';

const labels = {
  ...{ source: 'camera', family: 'camera', live: true, species: 'live' },
  ...{ subject: undefined, clip: undefined, noisy: false },
};

const still = (path: string): LabelledMeasurement => ({
  ...labels,
  path,
  measurement: {
    ...{ presentation: 'still', outcome: 'measured', width: 640, height: 480, format: 'jpeg', faces: 1 },
    face: keepFace(faceFacts()),
    timings: [],
  },
});

describe('replaceScores', () => {
  it('puts logits in the place of the net, and leaves out what has none', () => {
    const unanswered: LabelledMeasurement = {
      ...still('none.jpg'),
      measurement: { presentation: 'still', outcome: 'unanswered', reason: 'no_face' },
    };
    const clip: LabelledMeasurement = {
      ...still('clip.mp4'),
      measurement: { presentation: 'clip', outcome: 'unanswered', reason: 'no_face' },
    };
    const { files, leftOut } = replaceScores(
      [still('a.jpg'), still('b.jpg'), unanswered, clip],
      'bonafide-antispoof',
      new Map([['a.jpg', Math.log(3)]]),
    );
    expect(leftOut).toBe(2);
    expect(files.map(({ path }) => path)).toEqual(['a.jpg', 'none.jpg']);
    const { measurement } = files[0]!;
    expect(measurement).toMatchObject({
      face: {
        antiSpoof: { 'bonafide-antispoof': measured({ live: expect.closeTo(0.75, 12), logit: Math.log(3) }) },
      },
    });
    expect(files[1]).toBe(unanswered);
  });
});
