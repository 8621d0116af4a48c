import type { ClipFacts, FaceFacts, FrameFacts } from '../decisions/facts.ts';
import { type ClipFrame, decodeClip } from '../media/decode-clip.ts';
import { workingSide as stillSide } from './analyse-image.ts';
import type { Models } from './describe-face.ts';
import { describeFaces, followFace } from './describe-faces.ts';
import type { ClipBounds, ClipRequest, MovementRequest, SampleRequest } from './engine.ts';
import { createFaceChange } from './face-change.ts';
import { coarsestSide } from './find-upright.ts';
import { restoreFace } from './orientation.ts';
import { buildPyramid, type Pyramid } from './sampling.ts';
import { type Stages, startStages, sumByStage } from './stages.ts';

/**
 * Longer sides are reduced to this many pixels where every frame counts: a face of a third of the frame's height
 * keeps eyes of about 50 pixels between the corners, more than half of what the iris net's input resolves.
 */
const movementSide = 960;

/**
 * Frames that follow sooner than this, in milliseconds, are decoded but not measured: 30 a second show every
 * blink (15 do), and phones record 60 and more.
 */
const soonest = 25;

/** Frames a second that a clip may have on average: phones' slow motion. */
const maximumFrameRate = 240;

/** What a full look measures; texture since what the nets say of a dark or blurred face does not count. */
const inFull = ['eyes', 'texture', 'anti_spoof', 'embedding'] as const;

/** How a clip is looked at. */
interface Viewing {
  /** Longest side of its frames in pixels. */
  readonly maxSide: number;
  /** How many of them are looked at; all unless told otherwise. */
  readonly shownFrames?: number;
  /** The faces of a frame, in its pixels; undefined for one that is skipped. */
  readonly look: (frame: ClipFrame) => Promise<readonly FaceFacts[] | undefined>;
}

/** Decodes a clip and states the facts of its faces; `shouldStop` is asked between stages. */
export async function analyseClip(
  models: Models,
  bytes: Uint8Array,
  request: ClipRequest,
  bounds: ClipBounds,
  shouldStop: () => boolean,
): Promise<ClipFacts> {
  const { timings, stages } = startStages(shouldStop);
  const { look, ...viewing } =
    'frames' in request ? sample(models, request, stages) : follow(models, request, stages);
  const frames: FrameFacts[] = [];

  async function onFrame(frame: ClipFrame): Promise<void> {
    const { image, width, height } = frame;
    const faces = await look(frame);
    if (!faces) return;
    const scale = Math.max(width, height) / Math.max(image.width, image.height);
    frames.push({
      width,
      height,
      format: 'video',
      capturedAt: frame.milliseconds,
      faces: faces.map((face) => restoreFace(face, image, 0, scale)),
      models: [],
      timings: [],
    });
  }

  const startedAt = Date.now();
  const start = performance.now();
  const maxFrames = Math.ceil((bounds.maxMilliseconds / 1000) * maximumFrameRate);
  const {
    container,
    codec,
    frames: decodedFrames,
    milliseconds,
  } = await decodeClip(bytes, { ...bounds, ...viewing, maxFrames }, onFrame, shouldStop);
  const measuring = timings.reduce((sum, timing) => sum + timing.milliseconds, 0);
  const decode = { stage: 'decode', startedAt, milliseconds: performance.now() - start - measuring };
  return {
    container,
    codec,
    decodedFrames,
    milliseconds,
    frames,
    models: models.identities,
    timings: [decode, ...sumByStage(timings)],
  };
}

/** Looks at a few frames as at stills that stand upright. */
function sample(models: Models, { frames, measure }: SampleRequest, stages: Stages): Viewing {
  const request = { measuredFaces: 1, measure, search: 'glance' } as const;
  return {
    maxSide: stillSide,
    shownFrames: frames,
    look: async ({ image }) => (await describeFaces(models, image, request, stages)).faces,
  };
}

/** Looks at every frame: at some in full, and follows the largest face from there. */
function follow(models: Models, { fullLookEvery }: MovementRequest, stages: Stages): Viewing {
  const measureChange = createFaceChange();
  let lastFrame = -Infinity;
  let lastFullLook = -Infinity;
  let before: Float32Array | undefined;

  async function look({ image, milliseconds }: ClipFrame): Promise<readonly FaceFacts[]> {
    const isFollowed = before && milliseconds - lastFullLook < fullLookEvery;
    if (isFollowed) {
      const pyramid = buildPyramid(image, coarsestSide);
      const face = await followFace(models, pyramid, before!, ['eyes'], stages);
      if (face) return [await withChange(face, pyramid, milliseconds)];
    }
    // A face that was lost is looked for in every frame, but measured in full only when that is due.
    const isFull = milliseconds - lastFullLook >= fullLookEvery;
    if (isFull) lastFullLook = milliseconds;
    const measure = isFull ? inFull : (['eyes'] as const);
    const request = { measuredFaces: 1, measure, search: 'glance' } as const;
    const { faces, pyramid } = await describeFaces(models, image, request, stages);
    const [largest, ...others] = faces;
    return largest ? [await withChange(largest, pyramid, milliseconds), ...others] : [];
  }

  async function withChange(face: FaceFacts, pyramid: Pyramid, milliseconds: number): Promise<FaceFacts> {
    before = face.mesh.status === 'measured' ? face.mesh.value : undefined;
    const change = await stages.timed('change', () => measureChange(pyramid, face.mesh, milliseconds));
    return { ...face, change };
  }

  return {
    maxSide: movementSide,
    look: async (frame) => {
      if (frame.milliseconds - lastFrame < soonest) return undefined;
      lastFrame = frame.milliseconds;
      const faces = await look(frame);
      if (faces.length === 0) before = undefined;
      return faces;
    },
  };
}
