import type { FrameReport, ServerMessage, StreamDetail } from '@bonafide/web';

export type Pose = NonNullable<StreamDetail['pose']>;
export type Eyes = NonNullable<StreamDetail['eyes']>;
export type Model = StreamDetail['models'][number];

/** What was seen at one moment; null: not measured. */
export interface Moment {
  /** Milliseconds since the check began. */
  readonly at: number;
  /** Aspect ratios of the subject's own eyes. */
  readonly left: number | null;
  readonly right: number | null;
  /** Log-odds so far that the face is live. */
  readonly evidence: number | null;
}

/** Something that took time. */
export interface Timing {
  /** `total`, or a stage of the server by its name there. */
  readonly name: string;
  readonly milliseconds: number;
}

/** All that the server has told of what it sees, in one check. */
export interface Sight {
  readonly startedAt: number | null;
  readonly pose: Partial<Pose> | null;
  readonly eyes: Eyes | null;
  readonly moments: readonly Moment[];
  /** Looks that the evidence rests on. */
  readonly looks: number;
  /** 0..1, of a picture or a session; null where no net has judged, undefined before. */
  readonly liveProbability: number | null | undefined;
  readonly models: readonly Model[];
  readonly timings: readonly Timing[];
  /** Milliseconds from the latest question to its answer; null without one. */
  readonly answeredIn: number | null;
  /** The latest frame of a session, and how many there were. */
  readonly frame: FrameReport | null;
  readonly frames: number;
}

export const nothingSeen: Sight = {
  startedAt: null,
  pose: null,
  eyes: null,
  moments: [],
  looks: 0,
  liveProbability: undefined,
  models: [],
  timings: [],
  answeredIn: null,
  frame: null,
  frames: 0,
};

/** Of a session of two minutes, at seven frames a second. */
const mostMoments = 900;

/** What a message of a session adds; `at` is `performance.now()`. */
export function seeMessage(sight: Sight, { yaw, pitch, detail, type }: ServerMessage, at: number): Sight {
  const startedAt = sight.startedAt ?? at;
  const pose = detail?.pose ?? (yaw === undefined || pitch === undefined ? null : { yaw, pitch });
  // The last message says how it went, not what was seen.
  const before = type === 'complete' || type === 'failed' ? sight.pose : null;
  if (!detail) return { ...sight, startedAt, pose: pose ?? before };
  const moment: Moment = {
    at: at - startedAt,
    left: detail.eyes?.left.aspect_ratio ?? null,
    right: detail.eyes?.right.aspect_ratio ?? null,
    evidence: detail.evidence,
  };
  return {
    ...sight,
    startedAt,
    pose,
    eyes: detail.eyes,
    moments: [...sight.moments, moment].slice(-mostMoments),
    looks: detail.looks,
    models: detail.models,
  };
}

/** What is known of a frame when it has its answer. */
export function seeFrame(sight: Sight, frame: FrameReport): Sight {
  return { ...sight, frame, frames: sight.frames + 1 };
}

/** What an answer of any contract tells of a face; whatever it does not tell stays unknown. */
export function seeAnswer(
  sight: Sight,
  { body, milliseconds }: { readonly body: unknown; readonly milliseconds: number },
): Sight {
  const details = pick(body, 'details') ?? pick(body, 'result', 'details') ?? body;
  const face = firstOf(pick(details, 'faces'));
  // Null is an answer: no net has judged.
  const own = pick(details, 'live_probability');
  const probability = own === undefined ? pick(details, 'evidence', 'live_probability') : own;
  const pose = pick(face, 'pose') as Pose | undefined;
  const centre = pick(body, 'checks', 'pose_center') as
    | { yaw: number | null; pitch: number | null }
    | undefined;
  const isCentred = centre !== undefined && centre.yaw !== null && centre.pitch !== null;
  return {
    ...sight,
    answeredIn: milliseconds,
    pose: pose ?? (isCentred ? (centre as Partial<Pose>) : sight.pose),
    eyes: (pick(face, 'eyes') as Eyes | undefined) ?? sight.eyes,
    liveProbability: probability === undefined ? sight.liveProbability : (probability as number | null),
    models:
      (pick(details, 'models') as Model[] | undefined) ??
      (pick(body, 'models') as Model[] | undefined) ??
      sight.models,
    timings: timingsOf(pick(details, 'latency_ms') ?? pick(body, 'latency_ms')) ?? sight.timings,
  };
}

function timingsOf(latency: unknown): readonly Timing[] | undefined {
  if (typeof latency === 'number') return [{ name: 'total', milliseconds: latency }];
  if (typeof latency !== 'object' || latency === null) return undefined;
  const { total, stages } = latency as { total: number; stages: Record<string, number> };
  const parts = Object.entries(stages).map(([name, milliseconds]) => ({ name, milliseconds }));
  return [{ name: 'total', milliseconds: total }, ...parts];
}

/** What stands under these names; undefined where one is missing. */
function pick(value: unknown, ...names: readonly string[]): unknown {
  return names.reduce<unknown>(
    (inner, name) =>
      typeof inner === 'object' && inner !== null && !Array.isArray(inner)
        ? (inner as Record<string, unknown>)[name]
        : undefined,
    value,
  );
}

function firstOf(value: unknown): unknown {
  return Array.isArray(value) ? value[0] : undefined;
}
