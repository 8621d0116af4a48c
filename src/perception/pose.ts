import type { Pose } from '../decisions/facts.ts';
import meanFace from './mean-face.json' with { type: 'json' };
import { fitRotation, shapeMisfit } from './rigid-fit.ts';

/**
 * The face mesh of a mean person who looks straight ahead, flat `[x, y, z, …]` in units of its own
 * spread; `npm run mean-face` measures it and the file says on what.
 */
const meanMesh = Float32Array.from(meanFace.points);

/**
 * Pitch of the mean face in degrees. People hold their heads a little low in portraits; zero is where
 * FSA-Net (Yang et al., CVPR 2019) and with it the annotations of 300W-LP have it, which see our mean
 * face tipped down by as much: the mean difference over 1,634 portraits of Labeled Faces in the Wild.
 */
const meanFacePitch = -4.7;

/** Head pose, and how little the mesh looks like a face. */
export interface MeshFit {
  readonly pose: Pose;
  /** See `shapeMisfit`: 0.03 to 0.08 for a face seen the right way up, above 0.08 for one that is not. */
  readonly misfit: number;
}

/**
 * Head pose from a face mesh: the rotation that turns the mean face onto it, taken apart as
 * roll · yaw · pitch (the head tips, then turns, then leans), so that turning the camera changes the
 * roll alone. Signs are those of `decisions/facts.ts`.
 */
export function fitMeanFace(mesh: Float32Array): MeshFit {
  const rotation = fitRotation(meanMesh, mesh);
  const [xx, , , yx, , , zx, zy, zz] = rotation;
  return {
    pose: {
      yaw: degrees(Math.asin(Math.min(Math.max(-zx, -1), 1))),
      pitch: meanFacePitch - degrees(Math.atan2(zy, zz)),
      roll: degrees(Math.atan2(yx, xx)),
    },
    misfit: shapeMisfit(meanMesh, mesh, rotation),
  };
}

function degrees(radians: number): number {
  return (radians * 180) / Math.PI;
}
