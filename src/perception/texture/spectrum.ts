/**
 * The amplitude that rounding pixels to 8 bits leaves at every frequency, over the patch's side: white
 * noise of variance 1/12 under a Hann window whose root mean square is 3/8 in two dimensions.
 */
const roundingNoise = (3 / 8) * Math.sqrt(1 / 12);

/** The amplitude spectrum of a square luma patch. */
export interface Spectrum {
  /** Size of the transform: the patch's side, rounded up to a power of two. */
  readonly size: number;
  /** `size` rows (frequencies along y) of `size / 2 + 1` amplitudes (along x), frequency 0 first. */
  readonly amplitudes: Float32Array;
}

/**
 * Two-dimensional discrete Fourier transform of a luma patch, at least 2×2, under a Hann window, without
 * which the jump between opposite borders would draw a cross of its own along the axes. The half with
 * x < 0 mirrors the other and is left out. What rounding to 8 bits explains counts as 0: a blank patch
 * has no spectrum.
 */
export function amplitudeSpectrum(luma: Float32Array, side: number): Spectrum {
  const size = 2 ** Math.ceil(Math.log2(side));
  const real = applyWindow(luma, side, size);
  const imaginary = new Float64Array(size * size);
  const fourier = createTransform(size);
  const columns = size / 2 + 1;
  for (let row = 0; row < side; row++) fourier(real, imaginary, row * size, 1);
  for (let column = 0; column < columns; column++) fourier(real, imaginary, column, size);
  const amplitudes = new Float32Array(size * columns);
  for (let row = 0; row < size; row++)
    for (let column = 0; column < columns; column++) {
      const at = row * size + column;
      const amplitude = Math.sqrt(real[at]! ** 2 + imaginary[at]! ** 2);
      if (amplitude > roundingNoise * side) amplitudes[row * columns + column] = amplitude;
    }
  return { size, amplitudes };
}

/**
 * Visits every frequency but 0 up to the Nyquist frequency in any direction, each pair of mirrored ones
 * once; `x` and `y` are shares of the Nyquist frequency, −1..1.
 */
export function visitFrequencies(
  { size, amplitudes }: Spectrum,
  visit: (x: number, y: number, amplitude: number) => void,
): void {
  const nyquist = size / 2;
  for (let row = 0; row < size; row++) {
    const y = (row <= nyquist ? row : row - size) / nyquist;
    for (let column = y > 0 ? 0 : 1; column <= nyquist; column++) {
      const x = column / nyquist;
      if (x * x + y * y <= 1) visit(x, y, amplitudes[row * (nyquist + 1) + column]!);
    }
  }
}

/** The patch without its mean, fading out towards its borders, followed by 0 up to `size`. */
function applyWindow(luma: Float32Array, side: number, size: number): Float64Array {
  const hann = new Float64Array(side).map((_, at) => Math.sin((Math.PI * (at + 0.5)) / side) ** 2);
  let sum = 0;
  let weights = 0;
  for (let y = 0, at = 0; y < side; y++)
    for (let x = 0; x < side; x++, at++) {
      sum += hann[x]! * hann[y]! * luma[at]!;
      weights += hann[x]! * hann[y]!;
    }
  const faded = new Float64Array(size * size);
  for (let y = 0, at = 0; y < side; y++)
    for (let x = 0; x < side; x++, at++)
      faded[y * size + x] = hann[x]! * hann[y]! * (luma[at]! - sum / weights);
  return faded;
}

/** Transforms, in place, `size` complex numbers that stand `step` apart from `start` on. */
type Transform = (real: Float64Array, imaginary: Float64Array, start: number, step: number) => void;

/** The radix-2 fast Fourier transform of Cooley and Tukey (1965) for one size, a power of two. */
function createTransform(size: number): Transform {
  const cosines = new Float64Array(size / 2).map((_, at) => Math.cos((2 * Math.PI * at) / size));
  const sines = new Float64Array(size / 2).map((_, at) => -Math.sin((2 * Math.PI * at) / size));
  const order = bitReversal(size);
  const re = new Float64Array(size);
  const im = new Float64Array(size);

  return (real, imaginary, start, step) => {
    for (let at = 0; at < size; at++) {
      re[at] = real[start + order[at]! * step]!;
      im[at] = imaginary[start + order[at]! * step]!;
    }
    for (let half = 1; half < size; half *= 2)
      for (let block = 0; block < size; block += 2 * half)
        for (let at = block, root = 0; at < block + half; at++, root += size / (2 * half)) {
          const other = at + half;
          const turnedRe = re[other]! * cosines[root]! - im[other]! * sines[root]!;
          const turnedIm = re[other]! * sines[root]! + im[other]! * cosines[root]!;
          re[other] = re[at]! - turnedRe;
          im[other] = im[at]! - turnedIm;
          re[at]! += turnedRe;
          im[at]! += turnedIm;
        }
    for (let at = 0; at < size; at++) {
      real[start + at * step] = re[at]!;
      imaginary[start + at * step] = im[at]!;
    }
  };
}

/** For each place of a transform's input, whose value stands there: its index with the bits reversed. */
function bitReversal(size: number): Uint16Array {
  const order = new Uint16Array(size);
  for (let at = 1; at < size; at++) order[at] = (order[at >> 1]! >> 1) | (at & 1 ? size / 2 : 0);
  return order;
}
