import { describe, expect, it } from 'vitest';
import { faceFacts } from '../../test/support/facts.ts';
import { type FaceFacts, measured, type Pose, unavailable, valueIfMeasured } from './facts.ts';
import { pictureQuality } from './picture-quality.ts';

const texture = (blur: number) => measured({ ...valueIfMeasured(faceFacts().texture)!, blur });
const eyes = (lidGap: number) =>
  measured({ left: { aspectRatio: 0.3, lidGap }, right: { aspectRatio: 0.3, lidGap } });
const pose = (changes: Partial<Pose>) => measured({ yaw: 0, pitch: 0, roll: 0, ...changes });

/** Large, frontal, sharp, sure, eyes open. */
const perfect: Partial<FaceFacts> = {
  measuredSide: 300,
  pose: pose({}),
  presence: measured(1),
  texture: texture(1),
  eyes: eyes(0.3),
};
const quality = (changes: Partial<FaceFacts>) => pictureQuality(faceFacts({ ...perfect, ...changes }));
const unknown = unavailable('not_measurable');

describe('the quality of a picture', () => {
  it.each<[string, Partial<FaceFacts>, number]>([
    ['nothing wanting', {}, 1],
    ['just large enough', { measuredSide: 112 }, 1],
    ['half as large', { measuredSide: 56 }, 0.5],
    ['a slight turn', { pose: pose({ yaw: 5, pitch: 5 }) }, 1],
    ['a turn of 29 degrees', { pose: pose({ yaw: -29 }) }, 0.5],
    ['a profile', { pose: pose({ yaw: 70 }) }, 0],
    ['a head far back', { pose: pose({ pitch: 42 }) }, 0],
    ['a head that leans', { pose: pose({ roll: 40 }) }, 1],
    ['no pose', { pose: unknown }, 0],
    ['a doubtful face', { presence: measured(0.75) }, 0.5],
    ['hardly a face', { presence: measured(0.4) }, 0],
    ['no mesh', { presence: unknown }, 0],
    ['blur', { texture: texture(0) }, 0.3],
    ['texture that nobody measured', { texture: unavailable('not_requested') }, 1],
    ['closed eyes', { eyes: eyes(0) }, 0.6],
    ['eyes that nobody measured', { eyes: unavailable('not_requested') }, 1],
    ['half the size and closed eyes', { measuredSide: 56, eyes: eyes(0) }, 0.3],
  ])('with %s', (_, changes, expected) => {
    expect(quality(changes)).toBeCloseTo(expected, 9);
  });

  it('falls as a head turns, to either side', () => {
    const turns = [0, 10, 20, 30, 40, 50].map((yaw) => quality({ pose: pose({ yaw }) }));
    expect(turns).toEqual(turns.toSorted((one, other) => other - one));
    expect(turns).toEqual([0, -10, -20, -30, -40, -50].map((yaw) => quality({ pose: pose({ yaw }) })));
  });
});
