import { type FaceFacts, measured, type Pose } from '../../src/decisions/facts.ts';
import type { PosedFrame } from '../../src/decisions/posed-frames/subjects.ts';
import { embeddingFacts, faceFacts, frameFacts } from './facts.ts';

/** What the mesh of a face is like, in pixels; it lies there flat and frontal, but for the points named. */
export interface MeshShape {
  readonly x?: number;
  readonly y?: number;
  /** Between the ears. */
  readonly width?: number;
  /** From the top of the forehead to the chin. */
  readonly height?: number;
}

/** A mesh of which only the points that decisions on posed frames look at are meant. */
export function meshOf({ x = 200, y = 170, width = 180, height = 240 }: MeshShape = {}): Float32Array {
  const mesh = new Float32Array(1404);
  for (let point = 0; point < 468; point++) mesh.set([x, y, 0], point * 3);
  const put = (point: number, right: number, down: number) => mesh.set([x + right, y + down, 0], point * 3);
  put(234, -width / 2, 0);
  put(454, width / 2, 0);
  put(10, 0, -height / 2);
  put(152, 0, height / 2);
  put(33, -width / 4, 0);
  put(263, width / 4, 0);
  put(168, 0, -height / 8);
  put(2, 0, height / 8);
  return mesh;
}

/** A face that looks somewhere with eyes that are so far open: 1 as usual, 0 closed. */
export function posedFace(
  pose: Partial<Pose>,
  { open = 1, shape = {}, ...changes }: { open?: number; shape?: MeshShape } & Partial<FaceFacts> = {},
): FaceFacts {
  const eye = { aspectRatio: 0.3 * open, lidGap: 0.3 * open };
  return faceFacts({
    pose: measured({ yaw: 0, pitch: 0, roll: 0, ...pose }),
    eyes: measured({ left: eye, right: eye }),
    mesh: measured(meshOf(shape)),
    embedding: measured(embeddingFacts([1, 0])),
    ...changes,
  });
}

let pictures = 0;

/** A frame with these faces, of a picture of its own. */
export function seen(...faces: readonly FaceFacts[]): PosedFrame {
  return { status: 'seen', facts: frameFacts(...faces), picture: `picture ${pictures++}` };
}
