import { type Blink, findBlinks, type RefusedBlink } from '../decisions/blink/find-blinks.ts';
import calibration from '../decisions/calibration/challenge.json' with { type: 'json' };
import { lookOn, neutralPoseOf, type SteadyLook } from '../decisions/challenge/neutral-pose.ts';
import {
  bearingOf,
  type Direction,
  type Hold,
  heldBearing,
  holdOn,
  type NeutralPose,
} from '../decisions/challenge/turn.ts';
import { type ClipFacts, type FrameFacts, valueIfMeasured } from '../decisions/facts.ts';

/** The head went away from its neutral pose and was held there; milliseconds. */
export interface Turn {
  readonly direction: Direction;
  readonly from: number;
  readonly to: number;
}

/** What happened in a clip, as the decisions see it. */
export interface ClipEvents {
  readonly blinks: readonly Blink[];
  readonly refusedBlinks: readonly RefusedBlink[];
  readonly turns: readonly Turn[];
  /** The pose that turns are counted from, in degrees; null where nobody looked at the camera steadily. */
  readonly neutral: NeutralPose | null;
  /** Degrees away from it that make a turn. */
  readonly threshold: NeutralPose;
}

/**
 * The blinks and the turns of the largest face. A turn is what the challenge takes for one; unlike there,
 * nobody is asked for it.
 */
export function findEvents({ frames }: ClipFacts): ClipEvents {
  const { blinks, refused } = findBlinks(frames);
  const neutral = learnNeutralPose(frames);
  return {
    blinks,
    refusedBlinks: refused,
    turns: neutral ? findTurns(frames, neutral) : [],
    neutral,
    threshold: { yaw: calibration.turn.yaw.value, pitch: calibration.turn.pitch.value },
  };
}

/** The first steady look at the camera. */
function learnNeutralPose(frames: readonly FrameFacts[]): NeutralPose | null {
  let look: SteadyLook | null = null;
  for (const { at, pose } of poses(frames)) {
    look = lookOn(look, pose, at);
    const neutral = neutralPoseOf(look);
    if (neutral) return neutral;
  }
  return null;
}

/** Every turn that is held, from its first frame to its last; it ends when the centre is held again. */
function findTurns(frames: readonly FrameFacts[], neutral: NeutralPose): Turn[] {
  const turns: Turn[] = [];
  let isAway = false;
  let hold: Hold | null = null;
  for (const { at, pose } of poses(frames)) {
    hold = holdOn(hold, pose && bearingOf(pose, neutral), at);
    const held = heldBearing(hold);
    if (!hold || !held) continue;
    const last = turns.at(-1);
    if (held === 'CENTER') isAway = false;
    else if (isAway && last?.direction === held) turns[turns.length - 1] = { ...last, to: hold.until };
    else {
      turns.push({ direction: held, from: hold.since, to: hold.until });
      isAway = true;
    }
  }
  return turns;
}

function poses(frames: readonly FrameFacts[]) {
  return frames.map(({ capturedAt, faces: [face] }) => ({
    at: capturedAt ?? 0,
    pose: (face && valueIfMeasured(face.pose)) ?? null,
  }));
}
