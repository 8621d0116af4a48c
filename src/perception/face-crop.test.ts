import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { cropFace, cropRectangle } from './face-crop.ts';

describe('the crop of a face', () => {
  it.each([
    ['has a margin of 0.3 of its box', { x: 100, y: 50, width: 100, height: 200 }, [70, 0, 160, 300]],
    ['ends with the image', { x: 250, y: 200, width: 100, height: 90 }, [220, 173, 80, 127]],
    ['has whole pixels', { x: 100.4, y: 100.6, width: 10, height: 10 }, [97, 97, 17, 17]],
    ['has a pixel at least', { x: 500, y: -90, width: 10, height: 10 }, [299, 0, 1, 1]],
  ])('%s', (_, box, [left, top, width, height]) => {
    expect(cropRectangle({ width: 300, height: 300 }, box)).toEqual({ left, top, width, height });
  });

  it('shows that part of the picture, in its colours, without metadata', async () => {
    const [width, height] = [60, 40];
    const data = new Uint8Array(width * height * 3);
    // Left half red, right half blue.
    for (let at = 0; at < width * height; at++) data[at * 3 + (at % width < width / 2 ? 0 : 2)] = 200;
    const jpeg = await cropFace({ width, height, data }, { x: 20, y: 10, width: 20, height: 20 });
    expect(jpeg.constructor).toBe(Uint8Array);
    const { format, exif, icc, ...size } = await sharp(jpeg).metadata();
    expect([format, exif, icc, size.width, size.height]).toEqual(['jpeg', undefined, undefined, 32, 32]);
    const pixels = await sharp(jpeg).raw().toBuffer();
    for (const [at, colour] of [
      [0, [200, 0, 0]],
      [31 * 3, [0, 0, 200]],
    ] as const)
      for (const [channel, value] of colour.entries())
        expect(Math.abs(pixels[at + channel]! - value)).toBeLessThan(6);
  });
});
