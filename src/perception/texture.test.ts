import sharp, { type Sharp } from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { photographPath } from '../../test/support/faces.ts';
import type { Box, TextureMeasures } from '../decisions/facts.ts';
import type { RgbImage } from '../media/image.ts';
import { amplitudeSpectrum, visitFrequencies } from './texture/spectrum.ts';
import { measureTexture } from './texture.ts';

/** One sharp, frontal face of the group photographs, and a detector's box of it. */
const face: Box = { x: 130, y: 116, width: 220, height: 267 };
const middle = { x: face.x + face.width / 2, y: face.y + face.height / 2 };
let portrait: RgbImage;

beforeAll(async () => {
  portrait = await decode(
    sharp(photographPath('sample6.jpg')).extract({ left: 121, top: 377, width: 480, height: 500 }),
  );
});

describe('a sharp portrait', () => {
  it('measures near the example of seed 004', () => {
    const texture = measureTexture(portrait, face);
    expect(texture.blur).toBeGreaterThan(0.8);
    expect(texture.saturation).toBeGreaterThan(0.15);
    expect(texture.freqHighRatio).toBeCloseTo(0.69, 1);
    expect(texture.axisAnisotropy).toBeLessThan(0.2);
    expect(texture.glare).toBeLessThan(0.02);
    expect(texture.lineRatio).toBeLessThan(0.05);
    expect(texture.penaltySharpSmall).toBeLessThan(0.05);
  });

  it.each([1.6, 0.75, 0.5])('measures alike at %s times its size', async (scale) => {
    const texture = measureTexture(portrait, face);
    const scaled = measureTexture(await resize(portrait, scale), scaleBox(face, scale));
    for (const name of ['saturation', 'freqHighRatio', 'axisAnisotropy', 'glare', 'lineRatio'] as const)
      expect(Math.abs(scaled[name] - texture[name]), name).toBeLessThan(0.08);
    expect(scaled.penaltySharpSmall).toBeLessThan(0.1);
  });

  it.each([1.6, 0.5, 0.4])('is as sharp at %s times its size', async (scale) => {
    const soft = await decode(raw(portrait).blur(1.2));
    const { blur } = measureTexture(soft, face);
    const scaled = measureTexture(await resize(soft, scale), scaleBox(face, scale));
    expect(Math.abs(scaled.blur / blur - 1)).toBeLessThan(0.35);
  });
});

describe('each measure answers its defect', () => {
  it('blur and freqHighRatio fall when the picture is blurred', async () => {
    const blurred = await measureAll([0, 1.5, 3, 6], (sigma) =>
      sigma === 0 ? portrait : decode(raw(portrait).blur(sigma)),
    );
    expectFalling(blurred, 'blur', 0.9);
    expectFalling(blurred, 'freqHighRatio', 0.3);
  });

  it('saturation falls to 0 as the colours fade to grey', async () => {
    const faded = await measureAll([0, 0.4, 0.8, 1], (share) =>
      paint(portrait, (_x, _y, pixel) =>
        mix(pixel, Array(3).fill((pixel[0]! + pixel[1]! + pixel[2]!) / 3), share),
      ),
    );
    expectFalling(faded, 'saturation', 0.2);
    expect(faded.at(-1)?.saturation).toBe(0);
  });

  const grid = (strength: number, turned: boolean) =>
    paint(portrait, (x, y, pixel) => {
      const [across, down] = turned ? [(x + y) * Math.SQRT1_2, (x - y) * Math.SQRT1_2] : [x, y];
      const line = Math.max(Math.cos((across * 2 * Math.PI) / 6), Math.cos((down * 2 * Math.PI) / 6));
      return mix(pixel, [0, 0, 0], (strength * (1 + line)) / 2);
    });

  it('axisAnisotropy rises with a grid overlay, such as the rows and columns of a screen', async () => {
    const screens = await measureAll([0, 0.1, 0.2, 0.4], (strength) => grid(strength, false));
    expectRising(screens, 'axisAnisotropy', 0.4);
  });

  it('axisAnisotropy does not rise with a diagonal grid', () => {
    const { axisAnisotropy } = measureTexture(portrait, face);
    expect(measureTexture(grid(0.4, true), face).axisAnisotropy).toBeLessThanOrEqual(axisAnisotropy + 0.01);
  });

  it('glare is the share of the face that is blown', async () => {
    const radii = [0, 15, 30, 60];
    const lit = await measureAll(radii, (radius) =>
      paint(portrait, (x, y, pixel) =>
        Math.hypot(x - middle.x, y - middle.y) < radius ? [255, 250, 245] : pixel,
      ),
    );
    expectRising(lit, 'glare', 0.2);
    for (const [at, radius] of radii.entries())
      expect(Math.abs(lit[at]!.glare - lit[0]!.glare - (radius / (face.width / 2)) ** 2)).toBeLessThan(0.02);
  });

  it('glare ignores what is bright but coloured', () => {
    const yellow = paint(portrait, () => [255, 240, 120]);
    expect(measureTexture(yellow, face).glare).toBe(0);
  });

  it('lineRatio rises with each straight line across the face', async () => {
    const crossed = await measureAll([0, 1, 3, 5], (lines) =>
      paint(portrait, (x, y, pixel) => {
        const across = 0.9 * (x - middle.x) + 0.436 * (y - middle.y);
        const line = Math.round(across / 40);
        const beside = across - line * 40;
        if (Math.abs(beside) > 7 || Math.abs(line) > (lines - 1) / 2) return pixel;
        return beside > 0 ? [240, 240, 240] : [10, 10, 10];
      }),
    );
    expectRising(crossed, 'lineRatio', 0.1);
  });

  it('lineRatio rises with a screen bezel beside the face, but not with a ring', () => {
    const framed = (distance: (x: number, y: number) => number) =>
      measureTexture(
        paint(portrait, (x, y, pixel) =>
          Math.abs(distance(x - middle.x, y - middle.y) - 170) < 12 ? [10, 10, 10] : pixel,
        ),
        face,
      ).lineRatio;
    const { lineRatio } = measureTexture(portrait, face);
    expect(framed((x, y) => Math.max(Math.abs(x), Math.abs(y)))).toBeGreaterThan(0.1);
    expect(framed(Math.hypot)).toBeLessThan(lineRatio + 0.03);
  });

  it('lineRatio ignores stripes that hardly show', () => {
    const striped = (contrast: number) =>
      paint(portrait, (x) => Array(3).fill(128 + (x % 60 < 30 ? contrast : 0)));
    expect(measureTexture(striped(8), face).lineRatio).toBe(0);
    expect(measureTexture(striped(80), face).lineRatio).toBe(1);
  });

  it('brightness falls with the light', async () => {
    const dimmed = await measureAll([1, 0.5, 0.25, 0.1], (share) =>
      paint(portrait, (_x, _y, pixel) => mix(pixel, [0, 0, 0], 1 - share)),
    );
    expectFalling(dimmed, 'brightness', 0.3);
    expect(dimmed[3]!.brightness).toBeCloseTo(dimmed[0]!.brightness / 10, 2);
  });

  it('penaltySharpSmall rises as a small face is sharpened, and stays 0 for a large one', async () => {
    const sharpened = async (scale: number, amount: number) => {
      const picture = await resize(portrait, scale);
      const crisp = await decode(raw(picture).sharpen({ sigma: 1, m1: amount, m2: amount }));
      return measureTexture(amount === 0 ? picture : crisp, scaleBox(face, scale));
    };
    expectRising(
      await Promise.all([0, 0.5, 1, 2].map((amount) => sharpened(0.5, amount))),
      'penaltySharpSmall',
      0.2,
    );
    expect((await sharpened(1.1, 2)).penaltySharpSmall).toBe(0);
  });

  it('penaltySharpSmall knows small faces by the side that it is told', async () => {
    const crisp = await decode(raw(portrait).sharpen({ sigma: 1, m1: 2, m2: 2 }));
    const { penaltySharpSmall: usual, ...others } = measureTexture(crisp, face);
    const { penaltySharpSmall: stricter, ...same } = measureTexture(crisp, face, 448);
    expect(stricter).toBeGreaterThan(usual + 0.2);
    expect(same).toEqual(others);
    expect(measureTexture(crisp, face, 200).penaltySharpSmall).toBe(0);
  });
});

describe('any picture and any box', () => {
  it.each([0, 1, 127, 255])('a blank picture of grey %d shows nothing but its brightness', (grey) => {
    const blank = paint(portrait, () => [grey, grey, grey]);
    const glare = grey === 255 ? 1 : 0;
    const nothing = { blur: 0, saturation: 0, freqHighRatio: 0, axisAnisotropy: 0, lineRatio: 0 };
    const { brightness, ...seven } = measureTexture(blank, face);
    expect(seven).toEqual({ ...nothing, glare, penaltySharpSmall: 0 });
    expect(brightness).toBeCloseTo(grey / 255, 5);
  });

  it('gives numbers of 0..1 for boxes of any size and place in pictures of any size', () => {
    const random = createRandom(1);
    for (let round = 0; round < 300; round++) {
      const width = 1 + Math.floor(random() ** 3 * 200);
      const height = 1 + Math.floor(random() ** 3 * 200);
      const data = new Uint8Array(width * height * 3).map(() => (random() < 0.5 ? 255 * random() : 0));
      const box = {
        x: (random() * 3 - 1) * width,
        y: (random() * 3 - 1) * height,
        width: random() ** 3 * 400,
        height: random() ** 3 * 400,
      };
      expectShares(measureTexture({ width, height, data }, box));
    }
  });

  it.each([
    ['of one pixel', { x: 200, y: 200, width: 1, height: 1 }],
    ['without area', { x: 200.5, y: 200, width: 0, height: 0 }],
    ['larger than the picture', { x: -500, y: -500, width: 2000, height: 2000 }],
    ['far outside', { x: 5000, y: -9000, width: 100, height: 100 }],
    ['at the last corner', { x: 479.5, y: 499.5, width: 300, height: 300 }],
  ])('gives numbers of 0..1 for a box %s', (_name, box) => {
    expectShares(measureTexture(portrait, box));
  });

  it('measures what the picture shows of a face that is partly outside', () => {
    const { width, height, data } = portrait;
    const cut = Math.round(middle.y - 40);
    const lower = { width, height: height - cut, data: data.subarray(cut * width * 3) };
    const texture = measureTexture(lower, { ...face, y: face.y - cut });
    expect(Math.abs(texture.saturation - measureTexture(portrait, face).saturation)).toBeLessThan(0.1);
    expectShares(texture);
  });
});

describe('the amplitude spectrum', () => {
  it.each([8, 11, 16])('of a side of %d equals the sum that defines it', (side) => {
    const random = createRandom(side);
    const luma = new Float32Array(side * side).map(() => 255 * random());
    const { size, amplitudes } = amplitudeSpectrum(luma, side);
    for (const [u, v] of [
      [0, 1],
      [1, 0],
      [2, 3],
      [size / 2, 5],
      [3, size - 2],
    ] as const)
      expect(amplitudes[v * (size / 2 + 1) + u]).toBeCloseTo(
        definedAmplitude(luma, side, u / size, v / size),
        2,
      );
  });

  it('visits each pair of mirrored frequencies once', () => {
    const visited = new Set<string>();
    visitFrequencies({ size: 16, amplitudes: new Float32Array(16 * 9) }, (x, y) => {
      expect(visited).not.toContain(`${-x} ${-y}`);
      visited.add(`${x} ${y}`);
    });
    expect(visited.size).toBeGreaterThan(Math.PI * 8 ** 2 * 0.45);
  });

  it('has its peak where a wave has its frequency', () => {
    const luma = new Float32Array(64 * 64).map(
      (_, at) => 128 + 50 * Math.cos(Math.PI * (0.5 * (at % 64) + 0.25 * (at >> 6))),
    );
    let peak = { x: 0, y: 0, amplitude: 0 };
    visitFrequencies(amplitudeSpectrum(luma, 64), (x, y, amplitude) => {
      if (amplitude > peak.amplitude) peak = { x, y, amplitude };
    });
    expect(peak).toMatchObject({ x: 0.5, y: 0.25 });
  });
});

/** The windowed discrete Fourier transform by its definition; frequencies in cycles a pixel. */
function definedAmplitude(luma: Float32Array, side: number, horizontal: number, vertical: number): number {
  const hann = (at: number) => Math.sin((Math.PI * (at + 0.5)) / side) ** 2;
  const weight = (at: number) => hann(at % side) * hann(Math.floor(at / side));
  const total = luma.reduce((sum, _, at) => sum + weight(at), 0);
  const mean = luma.reduce((sum, value, at) => sum + weight(at) * value, 0) / total;
  let real = 0;
  let imaginary = 0;
  for (const [at, value] of luma.entries()) {
    const phase = 2 * Math.PI * (horizontal * (at % side) + vertical * Math.floor(at / side));
    real += weight(at) * (value - mean) * Math.cos(phase);
    imaginary += weight(at) * (value - mean) * Math.sin(phase);
  }
  return Math.hypot(real, imaginary);
}

type Colour = ArrayLike<number>;

/** A copy of a picture with each pixel repainted. */
function paint(image: RgbImage, colourAt: (x: number, y: number, pixel: Colour) => Colour): RgbImage {
  const data = new Uint8Array(image.data.length);
  for (let y = 0, at = 0; y < image.height; y++)
    for (let x = 0; x < image.width; x++, at += 3)
      data.set(colourAt(x, y, image.data.subarray(at, at + 3)), at);
  return { ...image, data };
}

function mix(pixel: Colour, other: Colour, share: number): Colour {
  return [0, 1, 2].map((channel) => pixel[channel]! + share * (other[channel]! - pixel[channel]!));
}

function raw({ width, height, data }: RgbImage): Sharp {
  return sharp(data, { raw: { width, height, channels: 3 } });
}

async function decode(picture: Sharp): Promise<RgbImage> {
  const { data, info } = await picture.raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
}

function resize(image: RgbImage, scale: number): Promise<RgbImage> {
  return decode(raw(image).resize(Math.round(image.width * scale), Math.round(image.height * scale)));
}

function scaleBox({ x, y, width, height }: Box, scale: number): Box {
  return { x: x * scale, y: y * scale, width: width * scale, height: height * scale };
}

async function measureAll(
  strengths: readonly number[],
  make: (strength: number) => RgbImage | Promise<RgbImage>,
): Promise<TextureMeasures[]> {
  return Promise.all(strengths.map(async (strength) => measureTexture(await make(strength), face)));
}

/** Expects a measure to grow from each picture to the next, and by at least `margin` in all. */
function expectRising(
  measures: readonly TextureMeasures[],
  name: keyof TextureMeasures,
  margin: number,
): void {
  const values = measures.map((texture) => texture[name]);
  for (const [at, value] of values.slice(1).entries())
    expect(value, `${name} ${values}`).toBeGreaterThan(values[at]!);
  expect(values.at(-1)! - values[0]!).toBeGreaterThan(margin);
}

function expectFalling(
  measures: readonly TextureMeasures[],
  name: keyof TextureMeasures,
  margin: number,
): void {
  expectRising(measures.toReversed(), name, margin);
}

function expectShares(texture: TextureMeasures): void {
  for (const [name, value] of Object.entries(texture)) {
    expect(value, name).toBeGreaterThanOrEqual(0);
    expect(value, name).toBeLessThanOrEqual(1);
  }
}

/** Numbers of 0..1 that are the same in every run (Park and Miller 1988). */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}
