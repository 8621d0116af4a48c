import { BonafideError } from '../../errors.ts';
import { type Language, say } from '../../messages.ts';
import type { FramePicture, FramesValidation, PosedPictures } from '../../services/validate-frames.ts';
import { decodeBase64 } from '../base64.ts';
import { round } from '../numbers.ts';
import type { FramesError, FramesRequest, FramesResponse } from './schemas.ts';

type Checks = FramesResponse['checks'];
type CheckError = NonNullable<Checks['blink']['error']>;

/** Seed 002's words for why a check could not be made. */
const errorWords = {
  missing: 'Frame not provided',
  unreadable: 'decode_error',
  no_face: 'no_face',
  no_pose: 'no_pose',
} as const satisfies Record<string, CheckError>;

/**
 * The pictures of a request.
 *
 * @throws BonafideError `payload_too_large` where one of them is larger than `maxImageBytes`
 */
export function toPictures({ frames }: FramesRequest, maxImageBytes: number): PosedPictures {
  const decode = (text: string | null | undefined) => toPicture(text, maxImageBytes);
  return {
    left: decode(frames.left),
    right: decode(frames.right),
    center: decode(frames.center),
    blink: (frames.blink ?? []).map(decode),
  };
}

function toPicture(text: string | null | undefined, maxImageBytes: number): FramePicture {
  if (!text) return 'missing';
  try {
    return decodeBase64(text, maxImageBytes);
  } catch (error) {
    if (error instanceof BonafideError && error.code === 'invalid_base64') return 'unreadable';
    throw error;
  }
}

/** What the answer says beside the validation itself. */
export interface AnswerContext {
  readonly threshold: number;
  readonly language: Language;
  readonly requestId: string;
}

/** A validation in the words of seed 002. */
export function toResponse(validation: FramesValidation, context: AnswerContext): FramesResponse {
  const { checks, isReal, confidence, passed } = validation;
  const answers = {
    pose_left: toPose(checks.left, 'left' as const),
    pose_right: toPose(checks.right, 'right' as const),
    pose_center: toPose(checks.center, 'center' as const),
    blink: toBlink(checks.blink),
    face_consistency: toConsistency(checks.consistency),
  };
  return {
    success: true,
    is_real: isReal,
    confidence: round(confidence, 4),
    message: say(isReal ? 'frames.real' : 'frames.fake', context.language),
    checks: answers,
    details: {
      total_checks: Object.keys(answers).length,
      passed_checks: passed,
      threshold: context.threshold,
      anti_spoofing: {
        head_movement: answers.pose_left.valid && answers.pose_right.valid,
        blink_detected: answers.blink.valid,
        face_consistency: answers.face_consistency.valid,
      },
      evidence: toEvidence(validation, context.language),
      request_id: context.requestId,
    },
  };
}

/** An error in the words of seed 002. */
export function toErrorResponse(error: BonafideError, language: Language): FramesError {
  const message = say(`error.${error.code}`, language);
  return {
    success: false,
    is_real: false,
    confidence: 0,
    checks: {},
    message: say('frames.error', language, { message }),
    code: error.code,
    ...(error.detail === undefined ? {} : { detail: error.detail }),
  };
}

function toPose<Expected extends 'left' | 'right' | 'center'>(
  check: FramesValidation['checks']['left'],
  expected: Expected,
) {
  if (check.error !== undefined) {
    const error: CheckError = errorWords[check.error];
    return { valid: false, expected, actual: null, confidence: 0, yaw: null, pitch: null, error };
  }
  const { valid, actual, confidence, pose } = check;
  const [yaw, pitch] = [round(pose.yaw, 1), round(pose.pitch, 1)];
  return { valid, expected, actual, confidence: round(confidence, 4), yaw, pitch };
}

function toBlink(check: FramesValidation['checks']['blink']): Checks['blink'] {
  if (check.error !== undefined) {
    const error = errorWords[check.error];
    return { valid: false, blink_count: 0, frames_processed: 0, confidence: 0, error };
  }
  const { valid, count, measured, confidence } = check;
  return { valid, blink_count: count, frames_processed: measured, confidence: round(confidence, 4) };
}

function toConsistency(check: FramesValidation['checks']['consistency']): Checks['face_consistency'] {
  if (check.error !== undefined) {
    const error = errorWords[check.error];
    return { valid: false, confidence: 0, variation: null, avg_face_size: null, error };
  }
  return {
    valid: check.valid,
    confidence: round(check.confidence, 4),
    variation: round(check.variation, 4),
    avg_face_size: round(check.averageSize, 1),
  };
}

function toEvidence(
  { evidence, vetoed }: FramesValidation,
  language: Language,
): FramesResponse['details']['evidence'] {
  const toShare = (value: number | null) => (value === null ? null : round(value, 4));
  return {
    one_person: evidence.onePerson,
    flat_motion: evidence.flatMotion,
    repeated_picture: evidence.repeatedPicture,
    live_probability: toShare(evidence.liveProbability),
    frames: evidence.frames.map(({ name, liveProbability }) => ({
      frame: name,
      live_probability: toShare(liveProbability),
    })),
    veto: vetoed,
    reasons: evidence.signs.map((code) => ({ code, text: say(`frames.sign.${code}`, language) })),
  };
}
