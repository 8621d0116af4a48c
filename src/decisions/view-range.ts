import range from './calibration/view-range.json' with { type: 'json' };
import { type FaceFacts, valueIfMeasured } from './facts.ts';
import type { Reason } from './reasons.ts';

/** What keeps anti-spoof nets from seeing what they were trained on: nothing is called live or an attack then. */
export function viewObstacles(face: FaceFacts): Reason[] {
  return [...sizeObstacles(face), ...poseObstacles(face), ...lightObstacles(face)];
}

/** Too few pixels, or too little of the face or of what is around it. */
function sizeObstacles({ measuredSide: side, visible, room }: FaceFacts): Reason[] {
  const { minimumFaceSide, minimumVisible, minimumRoom } = range.limits;
  const obstacles: Reason[] = [];
  if (side < minimumFaceSide.value)
    obstacles.push({ code: 'face_too_small', side, minimum: minimumFaceSide.value });
  if (visible < minimumVisible.value)
    obstacles.push({ code: 'face_cut_off', visible, minimum: minimumVisible.value });
  if (room < minimumRoom.value) obstacles.push({ code: 'face_too_close', room, minimum: minimumRoom.value });
  return obstacles;
}

function poseObstacles(face: FaceFacts): Reason[] {
  const { maximumYaw, maximumPitch } = range.limits;
  const pose = valueIfMeasured(face.pose);
  if (pose === undefined) return [{ code: 'pose_unknown' }];
  const isTurned = Math.abs(pose.yaw) > maximumYaw.value || Math.abs(pose.pitch) > maximumPitch.value;
  return isTurned ? [{ code: 'face_turned_away', yaw: pose.yaw, pitch: pose.pitch }] : [];
}

/** Focus and light; unknown, and no obstacle, where texture was not measured: wherever nets score a face, it is. */
function lightObstacles(face: FaceFacts): Reason[] {
  const texture = valueIfMeasured(face.texture);
  if (texture === undefined) return [];
  const { minimumSharpness, minimumBrightness, maximumBrightness } = range.limits;
  const { blur: sharpness, brightness } = texture;
  const obstacles: Reason[] = [];
  // A dark picture is smooth: what it lacks is light.
  if (brightness < minimumBrightness.value)
    obstacles.push({ code: 'face_too_dark', brightness, minimum: minimumBrightness.value });
  else if (sharpness < minimumSharpness.value)
    obstacles.push({ code: 'face_blurred', sharpness, minimum: minimumSharpness.value });
  if (brightness > maximumBrightness.value)
    obstacles.push({ code: 'face_too_bright', brightness, maximum: maximumBrightness.value });
  return obstacles;
}
