import { type Pose, valueIfMeasured } from '../../src/decisions/facts.ts';
import { decodeClip } from '../../src/media/decode-clip.ts';
import type { Perception } from '../../src/perception/engine.ts';
import type { Behaviour, Cue } from './challenge-client.ts';
import { encodeJpeg } from './faces.ts';
import type { Direction } from './pose-bank.ts';

type Angles = Pick<Pose, 'yaw' | 'pitch'>;

/** A frame of a clip, as a camera would send it. */
interface BankFrame {
  /** Milliseconds since the clip's first frame. */
  readonly at: number;
  readonly picture: Buffer;
  /** Degrees from the neutral pose; undefined where no face was measured. */
  readonly pose: Angles | undefined;
}

/** A clip by what its person does: whoever holds it can answer any challenge with it. */
export interface ClipBank {
  /** The longest look at the camera. */
  readonly centre: readonly BankFrame[];
  /** From the centre to the turn, the turn itself, and back. */
  readonly turns: Readonly<Record<Direction, Turn>>;
}

interface Turn {
  readonly out: readonly BankFrame[];
  readonly held: readonly BankFrame[];
  readonly back: readonly BankFrame[];
}

const limits = {
  maxBytes: 20_000_000,
  maxMilliseconds: 30_000,
  maxFrames: 1800,
  maxPixels: 9_000_000,
  maxSide: 960,
  maxDecodeMilliseconds: 60_000,
};

/** Degrees from the neutral pose within which a head looks at the camera, and from which it is turned. */
const centreWithin = 8;
const turnedFrom = 19;

const along: Readonly<Record<Direction, (pose: Angles) => number>> = {
  LEFT: ({ yaw }) => -yaw,
  RIGHT: ({ yaw }) => yaw,
  UP: ({ pitch }) => pitch,
  DOWN: ({ pitch }) => -pitch,
};

/** Cuts a clip into its turns. @throws Error where it lacks one of the four */
export async function cutClip(perception: Perception, clip: Uint8Array): Promise<ClipBank> {
  const frames: { at: number; picture: Promise<Buffer> }[] = [];
  await decodeClip(clip, limits, ({ image, milliseconds }) => {
    const data = Uint8Array.from(image.data);
    frames.push({ at: milliseconds, picture: encodeJpeg({ ...image, data }) });
  });
  const { frames: facts } = await perception.analyseClip(clip, { fullLookEvery: 10_000 });
  const poses = new Map(
    facts.map(({ capturedAt, faces }) => [capturedAt!, faces[0] && valueIfMeasured(faces[0].pose)]),
  );
  const seen = [...poses.values()].filter((pose) => pose !== undefined);
  const bank: BankFrame[] = [];
  for (const { at, picture } of frames) bank.push({ at, picture: await picture, pose: poses.get(at) });
  // The median of all poses leans towards the turns; that of the longest look near it does not.
  const rough = longestRun(relativeTo(bank, medianPose(seen)), isCentre);
  const seenAtRest = rough.flatMap(({ at }) => poses.get(at) ?? []);
  return cutTurns(relativeTo(bank, medianPose(seenAtRest)));
}

function cutTurns(bank: readonly BankFrame[]): ClipBank {
  const [LEFT, RIGHT, UP, DOWN] = (['LEFT', 'RIGHT', 'UP', 'DOWN'] as const).map((direction) =>
    cutTurn(bank, along[direction], direction),
  ) as [Turn, Turn, Turn, Turn];
  return { centre: longestRun(bank, isCentre), turns: { LEFT, RIGHT, UP, DOWN } };
}

/** The turn that goes furthest. */
function cutTurn(bank: readonly BankFrame[], far: (pose: Angles) => number, name: string): Turn {
  const furthest = Math.max(...bank.map(({ pose }) => (pose ? far(pose) : 0)));
  const isHeld = ({ pose }: BankFrame) =>
    pose === undefined || far(pose) >= Math.max(turnedFrom, Math.min(furthest - 4, 40));
  if (furthest < turnedFrom) throw new Error(`The clip has no turn ${name}: ${furthest.toFixed(0)} degrees.`);
  const peak = bank.findIndex(({ pose }) => pose && far(pose) === furthest);
  let [first, last] = [peak, peak];
  while (first > 0 && isHeld(bank[first - 1]!)) first--;
  while (last < bank.length - 1 && isHeld(bank[last + 1]!)) last++;
  // The way out and back, as long as it leads through no other turn.
  const isWay = ({ pose }: BankFrame) => pose !== undefined && far(pose) > 2 && !isTurnedElsewhere(pose, far);
  let [left, returned] = [first, last];
  while (left > 0 && isWay(bank[left - 1]!)) left--;
  while (returned < bank.length - 1 && isWay(bank[returned + 1]!)) returned++;
  return {
    out: bank.slice(left, first),
    held: bank.slice(first, last + 1),
    back: bank.slice(last + 1, returned + 1),
  };
}

function isTurnedElsewhere(pose: Angles, far: (pose: Angles) => number): boolean {
  return Object.values(along).some((other) => other !== far && other(pose) > 15);
}

function relativeTo(bank: readonly BankFrame[], neutral: Angles): BankFrame[] {
  return bank.map(({ pose, ...frame }) => ({
    ...frame,
    pose: pose && { yaw: pose.yaw - neutral.yaw, pitch: pose.pitch - neutral.pitch },
  }));
}

function medianPose(poses: readonly Angles[]): Angles {
  return { yaw: median(poses.map(({ yaw }) => yaw)), pitch: median(poses.map(({ pitch }) => pitch)) };
}

function isCentre({ pose }: BankFrame): boolean {
  return pose !== undefined && Math.max(Math.abs(pose.yaw), Math.abs(pose.pitch)) <= centreWithin;
}

function longestRun(bank: readonly BankFrame[], holds: (frame: BankFrame) => boolean): BankFrame[] {
  let longest: BankFrame[] = [];
  let run: BankFrame[] = [];
  for (const frame of bank) {
    run = holds(frame) ? [...run, frame] : [];
    if (run.length > longest.length) longest = run;
  }
  return longest;
}

/** Milliseconds after which the person of the clip begins to move. */
const reaction = 300;

/** Answers each instruction with the stretch of the clip that shows it, at the clip's own speed. */
export function clipPlayer({ centre, turns }: ClipBank): Behaviour {
  let latest: Turn | undefined;
  return ({ instruction, since, elapsed }: Cue) => {
    const time = since - reaction;
    const rest = toAndFro(centre, elapsed);
    if (instruction === 'CENTER' || instruction === 'VERIFIED')
      return (latest && at(latest.back, since)?.picture) ?? rest.picture;
    latest = turns[instruction];
    if (time < 0) return rest.picture;
    return (at(latest.out, time) ?? toAndFro(latest.held, time)).picture;
  };
}

/** The frame at a time since the first of them; undefined past the last one. */
function at(frames: readonly BankFrame[], milliseconds: number): BankFrame | undefined {
  const start = frames[0]?.at ?? 0;
  return frames.find((frame) => frame.at - start >= milliseconds);
}

/** Forwards, backwards, forwards: no jumps. */
function toAndFro(frames: readonly BankFrame[], milliseconds: number): BankFrame {
  const length = frames.at(-1)!.at - frames[0]!.at || 1;
  const phase = milliseconds % (2 * length);
  return at(frames, Math.min(phase, 2 * length - phase)) ?? frames.at(-1)!;
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)]!;
}
