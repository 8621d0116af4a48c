import { type Embedding, type FaceFacts, measured, type Pose } from '../../src/decisions/facts.ts';
import meanFace from '../../src/perception/mean-face.json' with { type: 'json' };
import { embeddingFacts, faceFacts } from './facts.ts';

/** Pitch of the mean face in degrees; see `perception/pose.ts`. */
const meanFacePitch = -4.7;

/** The mean face turned as a rigid head turns, in pixels; signs as in `decisions/facts.ts`. */
export function turnedMesh(
  { yaw, pitch, roll }: Pose,
  scale = 60,
  centre = { x: 320, y: 240 },
): Float32Array {
  const [cy, sy] = [Math.cos(radians(yaw)), Math.sin(radians(yaw))];
  const [cp, sp] = [Math.cos(radians(meanFacePitch - pitch)), Math.sin(radians(meanFacePitch - pitch))];
  const [cr, sr] = [Math.cos(radians(roll)), Math.sin(radians(roll))];
  const mesh = new Float32Array(meanFace.points.length);
  for (let at = 0; at < mesh.length; at += 3) {
    const [x, y, z] = [meanFace.points[at]!, meanFace.points[at + 1]!, meanFace.points[at + 2]!];
    const tipped = { y: cp * y - sp * z, z: sp * y + cp * z };
    const turned = { x: cy * x + sy * tipped.z, y: tipped.y, z: -sy * x + cy * tipped.z };
    mesh[at] = centre.x + scale * (cr * turned.x - sr * turned.y);
    mesh[at + 1] = centre.y + scale * (sr * turned.x + cr * turned.y);
    mesh[at + 2] = scale * turned.z;
  }
  return mesh;
}

/** A face that looks this way, as perception would state it. */
export function turnedFace(pose: Partial<Pose>, changes: Partial<FaceFacts> = {}): FaceFacts {
  const full = { yaw: 0, pitch: 0, roll: 0, ...pose };
  return faceFacts({ pose: measured(full), mesh: measured(turnedMesh(full)), ...changes });
}

/** The embedding of an invented person: those of different numbers are at right angles. */
export function embeddingOf(person: number): Embedding {
  const vector = new Float32Array(128);
  vector[person] = 1;
  return embeddingFacts(vector);
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}
