import { type FaceFacts, valueIfMeasured } from './facts.ts';
import { clamp } from './statistics.ts';

/**
 * Side in pixels from which on more of them do not help: the embedders' chips are 112 and 150 pixels wide with
 * some room around the face (`perception/models/`).
 */
const enoughPixels = 112;

/**
 * Degrees off frontal up to which a turn costs nothing, and from which on a picture is worth nothing. In
 * development clips one person's turned faces are from their frontal ones, by mobilefacenet, 0.1 to 0.2 at 30
 * degrees, 0.5 at 48 and as far as strangers beyond 55; tipped heads drift as far a fifth sooner.
 */
const frontalTurn = 8;
const uselessTurn = 50;
const pitchWeight = 1.2;

/** The mesh net's own limit of a face; below it nothing of the face is measured. */
const leastPresence = 0.5;

/** Lid gap of eyes that are open far enough: open ones mostly read 0.2 to 0.4. A judgement. */
const openLidGap = 0.2;

/** What a fully blurred picture, and one of closed eyes, is still worth: neither keeps a face from being known. */
const leastForBlur = 0.3;
const leastForEyes = 0.6;

/**
 * How well a picture serves to tell who it shows, 0 (not at all) to 1: by it the best frames of a clip are chosen
 * to be enrolled or compared. It says nothing of liveness, and has no unit: only an order. The product of
 *
 * - size: the measured side over 112 pixels, 1 at most;
 * - pose: 1 within 8 degrees of frontal, falling to 0 at 50, pitch counting a fifth more; 0 where unknown;
 * - presence: how sure the mesh net is, from 0.5 (0) to 1 (1); 0 where unknown;
 * - sharpness: 0.3 (blurred) to 1 (sharp), by the texture measure `blur`;
 * - eyes: 0.6 (closed) to 1 (lids apart by a fifth of the eye's width), both eyes' mean.
 *
 * Texture or eyes that were not measured cost nothing: ask for them in all pictures that are compared, or in none.
 */
export function pictureQuality(face: FaceFacts): number {
  return size(face) * frontality(face) * presence(face) * sharpness(face) * openness(face);
}

function size({ measuredSide }: FaceFacts): number {
  return clamp(measuredSide / enoughPixels, 0, 1);
}

function frontality({ pose }: FaceFacts): number {
  const known = valueIfMeasured(pose);
  if (!known) return 0;
  const turn = Math.hypot(known.yaw, pitchWeight * known.pitch);
  return clamp((uselessTurn - turn) / (uselessTurn - frontalTurn), 0, 1);
}

function presence(face: FaceFacts): number {
  return clamp(((valueIfMeasured(face.presence) ?? 0) - leastPresence) / (1 - leastPresence), 0, 1);
}

function sharpness({ texture }: FaceFacts): number {
  const known = valueIfMeasured(texture);
  return known ? leastForBlur + (1 - leastForBlur) * clamp(known.blur, 0, 1) : 1;
}

function openness({ eyes }: FaceFacts): number {
  const known = valueIfMeasured(eyes);
  if (!known) return 1;
  const gap = (known.left.lidGap + known.right.lidGap) / 2;
  return leastForEyes + (1 - leastForEyes) * clamp(gap / openLidGap, 0, 1);
}
