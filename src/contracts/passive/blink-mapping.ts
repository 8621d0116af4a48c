import type { BlinkCheck } from '../../services/check-blink.ts';
import { round } from '../numbers.ts';
import type { BlinkResponse } from './blink-schemas.ts';
import { type AnswerContext, stageLatencies, toReasons } from './mapping.ts';

/** What the answer says beside the check itself. */
export interface BlinkAnswerContext extends Omit<AnswerContext, 'openActiveCheck'> {
  /** The request named a passive check. */
  readonly hasCheck: boolean;
}

/** A check in the words of seed 000. */
export function toBlinkResponse(
  { passed, blinks, frameRate, reasons, facts }: BlinkCheck,
  { language, requestId, elapsed, hasCheck }: BlinkAnswerContext,
): BlinkResponse {
  return {
    active_passed: passed,
    details: {
      blink_count: blinks.length,
      blink_times_s: blinks.map(({ at }) => round(at / 1000, 2)),
      frames: facts.decodedFrames,
      frame_rate: frameRate === null ? null : round(frameRate, 2),
      duration_s: round(facts.milliseconds / 1000, 2),
      check: hasCheck ? 'used' : null,
      reasons: toReasons(reasons, language),
      models: facts.models.map(({ role, name, sha256 }) => ({ role, name, sha256 })),
      latency_ms: { total: round(elapsed, 1), stages: stageLatencies(facts.timings) },
      request_id: requestId,
    },
  };
}
