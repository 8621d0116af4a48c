import { type FaceFacts, unavailable } from '../facts.ts';

/**
 * What of a face is kept: all that verdicts and confounds rest on, and nothing that could be turned back into a face
 * or compared with one.
 */
export type KeptFace = Omit<FaceFacts, 'mesh' | 'iris' | 'embedding' | 'crop' | 'change'>;

/**
 * The facts that are kept, by name. The compiler asks for a new one here, and lines of a file that lack it are not
 * reused: see `engineKey` in `cli/evaluate-measurements.ts`.
 */
export const keptFacts: Readonly<Record<keyof KeptFace, true>> = {
  box: true,
  measuredSide: true,
  visible: true,
  room: true,
  detectorScore: true,
  presence: true,
  pose: true,
  eyes: true,
  texture: true,
  mask: true,
  antiSpoof: true,
};

/** How long each stage took, `[stage, milliseconds]`. */
export type StageTimes = readonly (readonly [stage: string, milliseconds: number])[];

/** What was measured of one file: a line of `measurements.jsonl`, less its keys. */
export type Measurement = MeasuredStill | MeasuredClip | Unanswered;

/** A picture with one face that could be meant. */
export interface MeasuredStill {
  readonly presentation: 'still';
  readonly outcome: 'measured';
  /** Of the upright image, in pixels. */
  readonly width: number;
  readonly height: number;
  /** As {@link FrameFacts} has it. */
  readonly format: string;
  /** All that were found; bystanders are among them. */
  readonly faces: number;
  readonly face: KeptFace;
  readonly timings: StageTimes;
}

/** A clip in which a face was seen. */
export interface MeasuredClip {
  readonly presentation: 'clip';
  readonly outcome: 'measured';
  readonly width: number;
  readonly height: number;
  /** The container and the codec, `mp4/h264` for instance. */
  readonly format: string;
  readonly decodedFrames: number;
  readonly milliseconds: number;
  /** The largest face of each frame that was looked at in full, in the order of time. */
  readonly looks: readonly ClipLook[];
  readonly timings: StageTimes;
}

/** One full look at a frame of a clip. */
export interface ClipLook {
  /** Milliseconds since the clip's first frame. */
  readonly at: number;
  readonly face: KeptFace;
}

/** A file that allowed no decision: a non-response. */
export interface Unanswered {
  readonly presentation: 'still' | 'clip';
  readonly outcome: 'unanswered';
  /** `no_face`, `several_faces`, or the code of an error (`src/errors.ts`). */
  readonly reason: string;
}

/** What is kept of a face. */
export function keepFace(face: FaceFacts): KeptFace {
  const { mesh, iris, embedding, crop, change, ...kept } = face;
  return kept;
}

/** A kept face as decisions take it; what was not kept is `not_requested`. */
export function restoreFace(kept: KeptFace): FaceFacts {
  const gone = unavailable('not_requested');
  return { ...kept, mesh: gone, iris: gone, embedding: gone, crop: gone, change: gone };
}
