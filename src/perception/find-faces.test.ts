import { describe, expect, it } from 'vitest';
import type { Detection, Detector } from './detection.ts';
import { glance, lookCloser } from './find-faces.ts';
import { buildPyramid, type Square } from './sampling.ts';

const go = async () => {};

/** A detector that notes its views and finds what it is told to. */
function recorder(smallestFace: number, find: (view: Square) => Detection[] = () => []) {
  const views: Square[] = [];
  const detector: Detector = {
    smallestFace,
    detect: async (_pyramid, view) => {
      views.push(view);
      return find(view);
    },
  };
  return { views, detector };
}

function blank(width: number, height: number) {
  return buildPyramid({ width, height, data: new Uint8Array(width * height * 3) }, 128);
}

function face(x: number, y: number, side: number, score = 0.9): Detection {
  const eye = { x: x + side / 2, y: y + side / 3 };
  return { box: { x, y, width: side, height: side }, score, rightEye: eye, leftEye: eye };
}

describe('a glance', () => {
  it('shows the whole image, and a smaller one where that finds nothing', async () => {
    const { views, detector } = recorder(0.1);
    await glance(detector, blank(640, 480));
    expect(views.map(({ side }) => side)).toEqual([640, 1024]);
  });

  it('is content with a face', async () => {
    const { views, detector } = recorder(0.1, () => [face(200, 100, 200)]);
    expect(await glance(detector, blank(640, 480))).toHaveLength(1);
    expect(views).toHaveLength(1);
  });
});

describe('a closer look', () => {
  const sizes = [
    [640, 480],
    [480, 640],
    [1920, 1080],
    [1920, 800],
    [1920, 400],
    [1920, 100],
    [1920, 24],
    [1920, 1],
    [1, 1920],
    [1, 1],
  ];

  it.each(sizes)('takes at most 64 tiles of %i × %i pixels, which cover all of it', async (width, height) => {
    const { views, detector } = recorder(0.13);
    await lookCloser(detector, blank(width!, height!), [], go);
    expect(views.length).toBeLessThanOrEqual(64);
    if (views.length === 0) return;
    for (const [x, y] of [
      [0.5, 0.5],
      [width! - 0.5, height! - 0.5],
      [width! / 2, height! / 2],
    ] as const) {
      const shown = views.some(
        ({ centre, side }) => Math.max(Math.abs(centre.x - x), Math.abs(centre.y - y)) <= side / 2,
      );
      expect(shown).toBe(true);
    }
  });

  it('enlarges a face of 5 % of the height to what the detector needs', async () => {
    const { views, detector } = recorder(0.13);
    await lookCloser(detector, blank(1280, 960), [], go);
    for (const { side } of views) expect(0.05 * 960).toBeGreaterThanOrEqual(0.13 * side - 1e-9);
  });

  it('is not taken where a glance showed a face that the detector is sure to find', async () => {
    const { views, detector } = recorder(0.13);
    const found = [face(100, 100, 200)];
    expect(await lookCloser(detector, blank(640, 480), found, go)).toEqual(found);
    expect(views).toEqual([]);
  });

  it('takes a face that both looks found from the closer one', async () => {
    const closer = face(105, 105, 40);
    const { detector } = recorder(0.13, () => [closer]);
    expect(await lookCloser(detector, blank(640, 480), [face(90, 90, 70)], go)).toEqual([closer]);
  });

  it('stops between tiles when nobody waits any more', async () => {
    const { views, detector } = recorder(0.13);
    let breaths = 0;
    const stop = async () => {
      if (++breaths === 3) throw new Error('stop');
    };
    await expect(lookCloser(detector, blank(1280, 960), [], stop)).rejects.toThrow('stop');
    expect(views).toHaveLength(2);
  });
});
