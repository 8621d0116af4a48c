import type { ClipFacts, FaceFacts, FrameFacts } from '../decisions/facts.ts';
import { type ClipFrame, decodeClip } from '../media/decode-clip.ts';
import type { Models } from './describe-face.ts';
import { describeFaces, followFace } from './describe-faces.ts';
import type { ClipBounds, ClipRequest } from './engine.ts';
import { createFaceChange } from './face-change.ts';
import { coarsestSide } from './find-upright.ts';
import { restoreFace } from './orientation.ts';
import { buildPyramid, type Pyramid } from './sampling.ts';
import { startStages, sumByStage } from './stages.ts';

/**
 * Longer sides are reduced to this many pixels: a face of a third of the frame's height keeps eyes of about
 * 50 pixels between the corners, more than half of what the iris net's input resolves.
 */
const workingSide = 960;

/**
 * Frames that follow sooner than this, in milliseconds, are decoded but not measured: 30 a second show every
 * blink (15 do), and phones record 60 and more.
 */
const soonest = 25;

/** Frames a second that a clip may have on average: phones' slow motion. */
const maximumFrameRate = 240;

/** Decodes a clip and states the facts of its faces; `shouldStop` is asked between stages. */
export async function analyseClip(
  models: Models,
  bytes: Uint8Array,
  { fullLookEvery }: ClipRequest,
  bounds: ClipBounds,
  shouldStop: () => boolean,
): Promise<ClipFacts> {
  const { timings, stages } = startStages(shouldStop);
  const frames: FrameFacts[] = [];
  const measureChange = createFaceChange();
  let lastFrame = -Infinity;
  let lastFullLook = -Infinity;
  let before: Float32Array | undefined;

  /** The faces of a frame, in pixels of `image`. */
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
    const measure = isFull ? (['eyes', 'anti_spoof', 'embedding'] as const) : (['eyes'] as const);
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

  async function onFrame(frame: ClipFrame): Promise<void> {
    if (frame.milliseconds - lastFrame < soonest) return;
    lastFrame = frame.milliseconds;
    const { image, width, height } = frame;
    const faces = await look(frame);
    if (faces.length === 0) before = undefined;
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
  const limits = { ...bounds, maxFrames, maxSide: workingSide };
  const {
    container,
    codec,
    frames: decodedFrames,
    milliseconds,
  } = await decodeClip(bytes, limits, onFrame, shouldStop);
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
