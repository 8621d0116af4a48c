import type { Box, TextureMeasures } from '../decisions/facts.ts';
import type { RgbImage } from '../media/image.ts';
import { straightEdgeShare } from './texture/lines.ts';
import { type Patch, readPatch } from './texture/patch.ts';
import { amplitudeSpectrum, type Spectrum, visitFrequencies } from './texture/spectrum.ts';

/** Largest sides of the patches read of a face and of its surroundings, in pixels. */
const faceSide = 128;
const surroundingsSide = 64;

/** Side of the square in which lines are looked for, in faces: a phone's bezel, a print's edge. */
const surroundings = 2;

/** Variance of the Laplacian, in squared grey levels, from which a face of 128×128 pixels is sharp. */
const sharpVariance = 200;

/** This many times that variance, the finest detail doubled, is the work of a sharpening filter. */
const sharpenedTimes = 4;

/** Faces whose shorter side has fewer pixels are small: the default of `LIVENESS_MIN_SIDE` of seed 004. */
const usualSmallSide = 224;

/** Every channel of a blown pixel is at least this bright, 0..255. */
const blownLevel = 235;

/** Where high frequencies begin, as a share of the Nyquist frequency. */
const highFrequency = 0.15;

/** Where a face has little of its own and the grids of screens and prints stand out; share of Nyquist. */
const gridFrequency = 0.25;

/** Slope of the wedges about the frequency axes, 7.5° to each side: pictures are held nearly straight. */
const wedgeSlope = Math.tan(Math.PI / 24);

/**
 * The texture of a face: the seven measures of seed 004, and its brightness, each 0..1. All look at the square in the middle
 * of the face, reduced to at most 128×128 pixels, so that the same face gives similar numbers at any
 * size; lines at its surroundings too. Limits without a source of their own were chosen so that sharp
 * webcam portraits come near the values of seed 004's example, and are no thresholds of a decision.
 *
 * @param face in image pixels; it may reach outside the image, where nothing is measured
 * @param smallSide pixels of the shorter side below which a face is a small one
 */
export function measureTexture(image: RgbImage, face: Box, smallSide = usualSmallSide): TextureMeasures {
  const patch = readPatch(image, face, 1, faceSide);
  const sharpness = relativeSharpness(patch);
  const spectrum = amplitudeSpectrum(patch.luma, patch.side);
  return {
    blur: measureBlur(sharpness),
    saturation: measureSaturation(patch),
    freqHighRatio: measureHighFrequencies(spectrum),
    axisAnisotropy: measureAxisAnisotropy(spectrum),
    glare: measureGlare(patch),
    lineRatio: measureLines(readPatch(image, face, surroundings, surroundingsSide)),
    penaltySharpSmall: penaliseSharpSmall(sharpness, face, smallSide),
    brightness: measureBrightness(patch),
  };
}

/**
 * Sharpness, named `blur` by seed 004: 0 is blurred or blank, 1 is sharp. The variance of the Laplacian
 * (Pech-Pacheco et al. 2000, "Diatom autofocusing in brightfield microscopy") over that of a sharp face.
 */
function measureBlur(sharpness: number): number {
  return clamp(sharpness);
}

/** Mean saturation of the face, (max − min) / max of each pixel's channels (Smith's HSV, 1978). */
function measureSaturation({ rgb, side }: Patch): number {
  return meanOverFace(side, (pixel) => {
    const brightest = Math.max(rgb[pixel * 3]!, rgb[pixel * 3 + 1]!, rgb[pixel * 3 + 2]!);
    const darkest = Math.min(rgb[pixel * 3]!, rgb[pixel * 3 + 1]!, rgb[pixel * 3 + 2]!);
    return brightest > 0 ? (brightest - darkest) / brightest : 0;
  });
}

/**
 * The share of the amplitude spectrum above 0.15 of the Nyquist frequency. Natural pictures have
 * amplitudes near 1/f (Field 1987), which makes 0.85 of an ideal one and 0.7 of a sharp face; what was
 * printed or shown and taken again has lost some of its finest detail (Li et al. 2004, "Live face
 * detection based on the analysis of Fourier spectra").
 */
function measureHighFrequencies(spectrum: Spectrum): number {
  let all = 0;
  let high = 0;
  visitFrequencies(spectrum, (x, y, amplitude) => {
    all += amplitude;
    if (x * x + y * y > highFrequency ** 2) high += amplitude;
  });
  return ratio(high, all);
}

/**
 * How much of the spectrum's power above 0.25 of the Nyquist frequency lies within 7.5° of the two axes
 * beyond the share p of frequencies that stand there: (share − p) / (1 − p), not below 0. The rows and
 * columns of a screen's pixels, and their moiré, put it there (Patel et al. 2015, "Live face video vs.
 * spoof face video: use of moiré patterns to detect replay video attacks").
 */
function measureAxisAnisotropy(spectrum: Spectrum): number {
  let power = 0;
  let powerAtAxes = 0;
  let frequencies = 0;
  let frequenciesAtAxes = 0;
  visitFrequencies(spectrum, (x, y, amplitude) => {
    if (x * x + y * y <= gridFrequency ** 2) return;
    const [across, along] = [Math.min(Math.abs(x), Math.abs(y)), Math.max(Math.abs(x), Math.abs(y))];
    const atAxis = across <= wedgeSlope * along ? 1 : 0;
    frequencies++;
    frequenciesAtAxes += atAxis;
    power += amplitude ** 2;
    powerAtAxes += atAxis * amplitude ** 2;
  });
  const expected = ratio(frequenciesAtAxes, frequencies);
  return clamp(ratio(ratio(powerAtAxes, power) - expected, 1 - expected));
}

/**
 * The share of blown pixels in the face, those with no channel below 235: what glass and glossy paper
 * reflect takes the colour of the lamp and not of the skin (Shafer's dichromatic reflection, 1985).
 */
function measureGlare({ rgb, side }: Patch): number {
  return meanOverFace(side, (pixel) =>
    Math.min(rgb[pixel * 3]!, rgb[pixel * 3 + 1]!, rgb[pixel * 3 + 2]!) >= blownLevel ? 1 : 0,
  );
}

/**
 * The share of edge pixels in and around the face that lie on straight lines at least half a face long:
 * the borders of screens and prints; see `straightEdgeShare`.
 */
function measureLines({ luma, side }: Patch): number {
  return straightEdgeShare(luma, side);
}

/**
 * How much too sharp a face is for its size: 1 − side / 224, or the side that is set, times the
 * excess (sharpness − 1) / 3, each 0..1. A lens draws a face that fills few pixels softly; small prints
 * and sharpened pictures are crisp.
 */
function penaliseSharpSmall(sharpness: number, face: Box, smallSide: number): number {
  const smallness = clamp(1 - Math.min(face.width, face.height) / smallSide);
  return smallness * clamp((sharpness - 1) / (sharpenedTimes - 1));
}

/** Mean luma of the face as it is encoded, 0 black to 1 white. */
function measureBrightness({ luma, side }: Patch): number {
  return meanOverFace(side, (pixel) => luma[pixel]!) / 255;
}

/**
 * Variance of a patch's Laplacian over 200 · (128 / side)², a sharp face's: 0 is blank, 1 is sharp. With
 * fewer pixels the same face changes more from one to the next, by the power 1.75 of its reduction in the
 * median of 281 faces that were reduced to 48, 64, 96 and 128 pixels; 2 keeps small ones from gaining.
 */
function relativeSharpness(patch: Patch): number {
  return laplacianVariance(patch) / (sharpVariance * (faceSide / patch.side) ** 2);
}

/** Variance of the Laplacian (kernel 0 1 0, 1 −4 1, 0 1 0) of a patch's luma, its border left out. */
function laplacianVariance({ luma, side }: Patch): number {
  let sum = 0;
  let squares = 0;
  for (let y = 1; y < side - 1; y++)
    for (let at = y * side + 1; at < (y + 1) * side - 1; at++) {
      const laplacian = luma[at - 1]! + luma[at + 1]! + luma[at - side]! + luma[at + side]! - 4 * luma[at]!;
      sum += laplacian;
      squares += laplacian ** 2;
    }
  const count = (side - 2) ** 2;
  return ratio(squares, count) - ratio(sum, count) ** 2;
}

/** The mean of a value over the pixels of the circle in the patch, where no background stands. */
function meanOverFace(side: number, valueAt: (pixel: number) => number): number {
  let sum = 0;
  let count = 0;
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) {
      if ((x + 0.5 - side / 2) ** 2 + (y + 0.5 - side / 2) ** 2 > (side / 2) ** 2) continue;
      sum += valueAt(y * side + x);
      count++;
    }
  return ratio(sum, count);
}

function ratio(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0;
}

function clamp(value: number): number {
  return Math.min(Math.max(value, 0), 1);
}
