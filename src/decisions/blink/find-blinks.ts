import calibration from '../calibration/blink.json' with { type: 'json' };
import { eyesOverNose, keepsShape } from '../face-width.ts';
import { type FaceChange, type FrameFacts, type Pose, valueIfMeasured } from '../facts.ts';
import { mean, median } from '../statistics.ts';
import { suspectLids } from './lids.ts';
import { slidingPercentile } from './sliding-percentile.ts';

const { limits } = calibration;

/** One closing and reopening of both eyes. */
export interface Blink {
  /** When the eyes were shut, in milliseconds since the clip's first frame. */
  readonly at: number;
  /** Milliseconds from the middle of the closing to the middle of the reopening. */
  readonly duration: number;
  /** Mean lid gap of both eyes at that time; 1: as open as they are otherwise, 0: shut. */
  readonly openness: number;
}

/** A closing and reopening of the eyes that is no blink, and why. */
export interface RefusedBlink extends Blink {
  readonly why: RefusalOfBlink;
}

/** Why a closing and reopening of the eyes is no blink; the last three are what tricks with a picture show. */
export type RefusalOfBlink =
  /** One eye alone closed: a wink. */
  | 'one_eye'
  | 'too_short'
  | 'too_long'
  /** No deeper than the eyes seem to flicker all the time. */
  | 'too_noisy'
  /** The head looked aside, or moved so fast that the eyes may have followed it. */
  | 'face_turned'
  | 'head_moved'
  /** The whole face became lower or narrower: a picture that is tilted or squeezed. */
  | 'face_warped'
  /** What lies beside the eyes changed with them: something was drawn across. */
  | 'covered'
  /** Shut and open again from one frame to the next: another picture, not lids. */
  | 'abrupt';

/** What the eyes did. */
export interface EyeMovements {
  readonly blinks: readonly Blink[];
  readonly refused: readonly RefusedBlink[];
}

/** The eyes of one frame, against their own baseline. */
export interface EyeSample {
  /** Milliseconds since the clip's first frame. */
  readonly at: number;
  /** Lid gap over the baseline, 1: open. */
  readonly left: number;
  readonly right: number;
  /** The mean of both. */
  readonly ratio: number;
  readonly pose: Pose;
  /** See {@link eyesOverNose}. */
  readonly aspect: number;
  readonly change: FaceChange | undefined;
}

/**
 * Finds the blinks of the largest face: both eyes close and reopen within half a second against their own
 * open-eye baseline, while the head stays as it is. Limits and their sources: `calibration/blink.json`.
 *
 * @param frames in the order of their time stamps
 */
export function findBlinks(frames: readonly FrameFacts[]): EyeMovements {
  const samples = eyeSamples(frames);
  const blinks: Blink[] = [];
  const refused: RefusedBlink[] = [];
  for (const trough of findTroughs(samples)) {
    const blink = measureTrough(samples, trough);
    const why = refusal(samples, trough, blink) ?? suspectLids(samples, trough);
    if (why) refused.push({ ...blink, why });
    else blinks.push(blink);
  }
  return { blinks, refused };
}

/** The eyes over time. Frames without a measured face are left out, and eyes that never are seen open. */
export function eyeSamples(frames: readonly FrameFacts[]): readonly EyeSample[] {
  const raw = frames.flatMap(rawSample);
  const openLeft = openGaps(raw, 'left');
  const openRight = openGaps(raw, 'right');
  return raw.flatMap((sample, at) => {
    const [left, right] = [sample.left / openLeft[at]!, sample.right / openRight[at]!];
    const isSeenOpen = Math.min(openLeft[at]!, openRight[at]!) > limits.openGap.value;
    return isSeenOpen ? [{ ...sample, left, right, ratio: mean([left, right]) }] : [];
  });
}

/** How open an eye is when it is open, about the time of each sample; NaN where no face looks at the camera. */
function openGaps(samples: readonly RawSample[], eye: 'left' | 'right'): readonly number[] {
  const times = samples.map(({ at }) => at);
  const frontal = samples.filter(({ pose }) => isFrontal(pose));
  const gaps = frontal.map((sample) => ({ at: sample.at, value: sample[eye] }));
  return slidingPercentile(times, gaps, limits.baselineWindow.value, limits.baselinePercentile.value);
}

/** The eyes of one frame before the baseline is known. */
type RawSample = Omit<EyeSample, 'ratio'>;

function rawSample({ capturedAt, faces: [face] }: FrameFacts): RawSample[] {
  const eyes = face && valueIfMeasured(face.eyes);
  const pose = face && valueIfMeasured(face.pose);
  const mesh = face && valueIfMeasured(face.mesh);
  if (!eyes || !pose || !mesh || capturedAt === null) return [];
  const aspect = eyesOverNose(mesh);
  const change = valueIfMeasured(face.change);
  return [{ at: capturedAt, left: eyes.left.lidGap, right: eyes.right.lidGap, pose, aspect, change }];
}

function isFrontal({ yaw, pitch }: Pose): boolean {
  return Math.abs(yaw) <= limits.frontal.value && Math.abs(pitch) <= limits.frontal.value;
}

/** A closing and reopening: the eyes are open again in the samples `before` and `after` the lowest one. */
interface Trough {
  readonly before: number;
  readonly lowest: number;
  readonly after: number;
}

/** Every time the eyes close far enough, and are seen to close and to reopen. */
function findTroughs(samples: readonly EyeSample[]): Trough[] {
  return samples.flatMap(({ ratio }, lowest) => {
    if (ratio >= limits.closed.value) return [];
    const before = reopening(samples, lowest, -1);
    const after = reopening(samples, lowest, 1);
    return before === undefined || after === undefined ? [] : [{ before, lowest, after }];
  });
}

/**
 * The first sample, going backwards (-1) or forwards (1), in which the eyes are open again; `undefined` where
 * they close further first, where the clip ends, or where the face was lost meanwhile.
 */
function reopening(samples: readonly EyeSample[], lowest: number, step: 1 | -1): number | undefined {
  const { ratio } = samples[lowest]!;
  const open = Math.min(limits.reopened.value, ratio + limits.reopenedShare.value * (1 - ratio));
  for (let at = lowest + step; samples[at]; at += step) {
    const [sample, last] = [samples[at]!, samples[at - step]!];
    if (Math.abs(sample.at - last.at) > limits.longestGap.value) return undefined;
    if (sample.ratio >= open) return at;
    // Of two equally low samples the first one is the lowest.
    if (step === -1 ? sample.ratio <= ratio : sample.ratio < ratio) return undefined;
  }
  return undefined;
}

function measureTrough(samples: readonly EyeSample[], { lowest }: Trough): Blink {
  const { ratio } = samples[lowest]!;
  const half = (1 + ratio) / 2;
  const from = crossing(samples, lowest, -1, half);
  const duration = crossing(samples, lowest, 1, half) - from;
  return { at: from + limits.peak.value * duration, duration, openness: ratio };
}

/** When the ratio rises through `level`, going from a sample below it backwards (-1) or forwards (1). */
function crossing(samples: readonly EyeSample[], from: number, step: 1 | -1, level: number): number {
  let inner = from;
  while (samples[inner + step] && samples[inner + step]!.ratio < level) inner += step;
  const [below, above] = [samples[inner]!, samples[inner + step]];
  if (!above) return below.at;
  return below.at + ((level - below.ratio) / (above.ratio - below.ratio)) * (above.at - below.at);
}

function refusal(
  samples: readonly EyeSample[],
  { before, lowest, after }: Trough,
  { duration }: Blink,
): RefusedBlink['why'] | undefined {
  const { at, left, right, ratio, aspect } = samples[lowest]!;
  if (Math.max(left, right) >= limits.eachClosed.value) return 'one_eye';
  if (duration < limits.shortest.value) return 'too_short';
  if (duration > limits.longest.value) return 'too_long';
  if (Math.max(at - samples[before]!.at, samples[after]!.at - at) > limits.reopensWithin.value)
    return 'too_long';
  if (1 - ratio < limits.noise.value * noiseAround(samples, lowest)) return 'too_noisy';
  const during = samples.slice(before, after + 1);
  if (!isFrontal(samples[lowest]!.pose)) return 'face_turned';
  if (headSpeed(during) > limits.headSpeed.value) return 'head_moved';
  const usual = mean([samples[before]!.aspect, samples[after]!.aspect]);
  // What squeezes a picture by a third makes its eyes narrower by a third: that much is no lid's doing.
  const lids = ratio * (aspect / usual);
  if (!keepsShape(usual, aspect) || lids >= limits.closed.value) return 'face_warped';
  return undefined;
}

/** The median change of the ratio from one sample to the next. */
function noiseAround(samples: readonly EyeSample[], middle: number): number {
  const isNear = (sample: EyeSample | undefined) =>
    sample !== undefined && Math.abs(sample.at - samples[middle]!.at) <= limits.noiseWindow.value;
  let [from, to] = [middle, middle];
  while (from > 1 && isNear(samples[from - 1])) from--;
  while (isNear(samples[to + 1])) to++;
  const near = samples.slice(Math.max(from - 1, 0), to + 1);
  return median(near.slice(1).map(({ ratio }, at) => Math.abs(ratio - near[at]!.ratio)));
}

/** The fastest turn in yaw and pitch together, in degrees a second over a tenth of a second or more. */
function headSpeed(samples: readonly EyeSample[]): number {
  let fastest = 0;
  for (const [index, { at, pose }] of samples.entries()) {
    const later = samples.find(
      (sample, place) => place > index && sample.at - at >= limits.speedWindow.value,
    );
    if (!later) break;
    const turn = Math.hypot(later.pose.yaw - pose.yaw, later.pose.pitch - pose.pitch);
    fastest = Math.max(fastest, turn / ((later.at - at) / 1000));
  }
  return fastest;
}
