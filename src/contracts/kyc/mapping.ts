import { valueIfMeasured } from '../../decisions/facts.ts';
import { explain } from '../../messages/explain.ts';
import type { Language } from '../../messages.ts';
import type { SelfieCheck } from '../../services/check-selfie.ts';
import type { IssuedSession } from '../../services/selfie-sessions.ts';
import { round } from '../numbers.ts';
import type { SelfieResponse, SessionResponse } from './schemas.ts';

/** A check in the words of seed 003. */
export function toSelfieResponse(
  { live, confidence, liveProbability, reasons, subject, bystanders }: SelfieCheck,
  { language, requestId }: { readonly language: Language; readonly requestId: string },
): SelfieResponse {
  const { x, y, width, height } = subject.box;
  const orNull = (value: number | null | undefined) => (value == null ? null : round(value, 6));
  return {
    success: true,
    result: {
      liveness: live,
      score: round(confidence, 6),
      details: {
        live_probability: orNull(liveProbability),
        face: {
          box: { x: round(x, 1), y: round(y, 1), width: round(width, 1), height: round(height, 1) },
          detector_score: orNull(valueIfMeasured(subject.detectorScore)),
          mask: orNull(valueIfMeasured(subject.mask)),
        },
        bystanders: bystanders.length,
        reasons: reasons.map((reason) => ({ code: reason.code, text: explain(reason, language) })),
        request_id: requestId,
      },
    },
  };
}

/** A session in words like those of seed 003, whose document does not show this answer. */
export function toSessionResponse({ token, uses, expiresAt }: IssuedSession): SessionResponse {
  return { success: true, result: { session_token: token, expires_at: expiresAt.toISOString(), uses } };
}
