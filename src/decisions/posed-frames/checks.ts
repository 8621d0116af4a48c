import calibration from '../calibration/posed-frames.json' with { type: 'json' };
import type { FaceFacts, Pose } from '../facts.ts';
import { clamp, mean } from '../statistics.ts';

/** Where a person was asked to look. */
export type AskedPose = 'left' | 'right' | 'center';

/** Where a face looks; `up` and `down` only where neither was meant to be. */
export type SeenPose = AskedPose | 'up' | 'down';

/** One pose as it was asked and seen. */
export interface PoseCheck {
  readonly valid: boolean;
  readonly actual: SeenPose;
  /** 0..1; 0 exactly where it is not valid. */
  readonly confidence: number;
}

/** How alike the faces are in size. */
export interface SizeCheck {
  readonly valid: boolean;
  readonly confidence: number;
  /** Standard deviation of the faces' areas over their mean. */
  readonly variation: number;
  /** Mean area of the faces' boxes, in square pixels. */
  readonly averageSize: number;
}

/**
 * Judges a pose by seed 002's ranges of yaw and pitch, which overlap: between 5 and 15 degrees a face looks
 * aside and at the camera. The confidence grows with a turn, and with nearness to the centre.
 */
export function checkPose(asked: AskedPose, pose: Pose): PoseCheck {
  const valid = asked === 'center' ? isCentre(pose) : sideOf(pose) === asked;
  if (!valid) return { valid, actual: asked === 'center' ? wayOffCentre(pose) : sideOf(pose), confidence: 0 };
  return { valid, actual: asked, confidence: asked === 'center' ? nearness(pose) : turnConfidence(pose) };
}

/** Judges the sizes of the faces of all frames; at least one. */
export function checkSizes(faces: readonly FaceFacts[]): SizeCheck {
  const areas = faces.map(({ box }) => box.width * box.height);
  const averageSize = mean(areas);
  const variation = Math.sqrt(mean(areas.map((area) => (area - averageSize) ** 2))) / averageSize;
  const { offset, slope } = calibration.size.confidence;
  const valid = variation < calibration.size.variation.value;
  return { valid, confidence: valid ? clamp(offset - slope * variation, 0, 1) : 0, variation, averageSize };
}

function sideOf({ yaw }: Pose): AskedPose {
  const { from, to } = calibration.turn;
  const isTurned = Math.abs(yaw) >= from.value && Math.abs(yaw) <= to.value;
  if (!isTurned) return 'center';
  return yaw < 0 ? 'left' : 'right';
}

function isCentre({ yaw, pitch }: Pose): boolean {
  const { centre } = calibration;
  return Math.abs(yaw) <= centre.yaw.value && pitch <= centre.up.value && pitch >= -centre.down.value;
}

function wayOffCentre({ yaw, pitch }: Pose): SeenPose {
  if (Math.abs(yaw) > calibration.centre.yaw.value) return yaw < 0 ? 'left' : 'right';
  return pitch > 0 ? 'up' : 'down';
}

function turnConfidence({ yaw }: Pose): number {
  const { offset, slope } = calibration.turn.confidence;
  return clamp(offset + slope * Math.abs(yaw), 0, 1);
}

function nearness({ yaw, pitch }: Pose): number {
  const { centre } = calibration;
  const aside = Math.abs(yaw) / centre.yaw.value;
  const upOrDown = Math.abs(pitch) / (pitch > 0 ? centre.up.value : centre.down.value);
  return 1 - (1 - centre.confidence.atLimit) * mean([aside, upOrDown]);
}
