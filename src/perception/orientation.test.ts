import { describe, expect, it } from 'vitest';
import { type FaceFacts, measured, unavailable, valueIfMeasured } from '../decisions/facts.ts';
import type { RgbImage } from '../media/image.ts';
import { type QuarterTurns, restoreFace, turnImage } from './orientation.ts';

/** 3 × 2 pixels, numbered in reading order. */
const image = { width: 3, height: 2, data: Uint8Array.from({ length: 18 }, (_, at) => Math.floor(at / 3)) };

function pixels(turns: QuarterTurns): number[] {
  return Array.from(turnImage(image, turns).data).filter((_, at) => at % 3 === 0);
}

describe('turnImage', () => {
  it('turns clockwise', () => {
    expect(pixels(1)).toEqual([3, 0, 4, 1, 5, 2]);
    expect(pixels(2)).toEqual([5, 4, 3, 2, 1, 0]);
    expect(pixels(3)).toEqual([2, 5, 1, 4, 0, 3]);
    expect(turnImage(image, 1)).toMatchObject({ width: 2, height: 3 });
  });

  it('comes back after four turns', () => {
    const around = ([1, 1, 1, 1] as const).reduce<RgbImage>(
      (turned, turns) => turnImage(turned, turns),
      image,
    );
    expect(around).toEqual(image);
  });
});

describe('restoreFace', () => {
  const size = { width: 200, height: 100 };
  const face: FaceFacts = {
    box: { x: 10, y: 20, width: 30, height: 40 },
    measuredSide: 30,
    visible: 1,
    room: 2,
    detectorScore: measured(1),
    embedding: unavailable('not_requested'),
    mask: unavailable('not_requested'),
    crop: unavailable('not_requested'),
    change: unavailable('not_requested'),
    mesh: measured(Float32Array.of(10, 20, -5)),
    presence: measured(1),
    iris: measured({
      left: { centre: { x: 10, y: 20 }, radius: 3 },
      right: { centre: { x: 10, y: 20 }, radius: 3 },
    }),
    pose: measured({ yaw: 1, pitch: 2, roll: 3 }),
    eyes: unavailable('not_measurable'),
    texture: unavailable('not_requested'),
    antiSpoof: {},
  };

  it('leaves an upright face of an unshrunk image alone', () => {
    expect(restoreFace(face, size, 0, 1)).toEqual(face);
  });

  it('scales every length', () => {
    const restored = restoreFace(face, size, 0, 2);
    expect(restored.box).toEqual({ x: 20, y: 40, width: 60, height: 80 });
    expect(valueIfMeasured(restored.mesh)).toEqual(Float32Array.of(20, 40, -10));
    expect(valueIfMeasured(restored.iris)?.left).toEqual({ centre: { x: 20, y: 40 }, radius: 6 });
  });

  it('finds the pixel again that a turned image shows', () => {
    for (const turns of [1, 2, 3] as const) {
      const turned = turnImage(image, turns);
      turned.data.forEach((_, at) => {
        if (at % 3 !== 0) return;
        const [x, y] = [(at / 3) % turned.width, Math.floor(at / 3 / turned.width)];
        const box = { x, y, width: 1, height: 1 };
        const restored = restoreFace({ ...face, box }, turned, turns, 1).box;
        expect(image.data[(restored.y * image.width + restored.x) * 3]).toBe(turned.data[at]);
      });
    }
  });

  it('takes the turns off the roll', () => {
    const roll = (turns: QuarterTurns) => valueIfMeasured(restoreFace(face, size, turns, 1).pose)?.roll;
    expect([roll(1), roll(2), roll(3)]).toEqual([-87, -177, 93]);
  });
});
