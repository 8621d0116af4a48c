import {
  type ClipFacts,
  type Embedding,
  type FaceFacts,
  type FrameFacts,
  measured,
} from '../../src/decisions/facts.ts';
import { faceFacts } from './facts.ts';

/** A face at one moment of a made-up clip; what is left out is that of a person who looks at the camera. */
export interface Moment {
  /** How open each eye is, 1 open to 0 shut. */
  readonly left?: number;
  readonly right?: number;
  readonly yaw?: number;
  readonly pitch?: number;
  /** Height of the face over what it usually is. */
  readonly squeeze?: number;
  /** As in `FaceChange`. */
  readonly step?: number;
  readonly lately?: number;
  readonly embedding?: Embedding;
  readonly antiSpoof?: FaceFacts['antiSpoof'];
}

/** How long a made-up clip is. */
export interface ClipShape {
  readonly seconds?: number;
  readonly frameRate?: number;
}

const openGap = 0.3;
/** A camera's noise, and a head that is never quite still. */
const noise = 0.004;

/** A clip of a face as perception would state it; `undefined` is a frame without one. */
export function clipFacts(
  momentAt: (milliseconds: number) => Moment | undefined,
  { seconds = 3, frameRate = 30 }: ClipShape = {},
): ClipFacts {
  const frames = Array.from({ length: Math.round(seconds * frameRate) + 1 }, (_, frame) => {
    const milliseconds = (frame * 1000) / frameRate;
    const moment = momentAt(milliseconds);
    return clipFrame(milliseconds, moment ? [faceAt(moment, frame % 2 === 0 ? 0.005 : 0)] : []);
  });
  return {
    container: 'mp4',
    codec: 'h264',
    decodedFrames: frames.length,
    milliseconds: frames.at(-1)!.capturedAt!,
    frames,
    models: [],
    timings: [{ stage: 'mesh', startedAt: 0, milliseconds: 3 }],
  };
}

function clipFrame(capturedAt: number, faces: readonly FaceFacts[]): FrameFacts {
  return { width: 640, height: 480, format: 'video', capturedAt, faces, models: [], timings: [] };
}

/** Eyes that shut for `width` milliseconds at half height around `at`, with lids that take 100 ms each way. */
export function blinkCurve(at: number, width = 150): (milliseconds: number) => number {
  const edge = (milliseconds: number) => Math.min(Math.max(0.5 + milliseconds / 100, 0), 1);
  return (milliseconds) =>
    1 - Math.min(edge(milliseconds - at + width / 2), edge(at + width / 2 - milliseconds));
}

function faceAt(moment: Moment, flicker: number): FaceFacts {
  const {
    left = 1,
    right = 1,
    yaw = 0,
    pitch = 0,
    squeeze = 1,
    step = noise,
    lately = noise,
    embedding,
    antiSpoof,
  } = moment;
  const mesh = new Float32Array(1404);
  mesh.set([-50, 0, 0], 33 * 3);
  mesh.set([50, 0, 0], 263 * 3);
  mesh.set([0, 55 * squeeze, 0], 2 * 3);
  const eye = (openness: number) => ({ aspectRatio: 0.3, lidGap: openGap * (openness * squeeze + flicker) });
  return faceFacts({
    mesh: measured(mesh),
    pose: measured({ yaw, pitch, roll: 0 }),
    eyes: measured({ left: eye(left), right: eye(right) }),
    change: measured({ step, lately }),
    antiSpoof: antiSpoof ?? {},
    ...(embedding && { embedding: measured(embedding) }),
  });
}
