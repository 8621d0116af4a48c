import { type Language, say } from '../../messages.ts';
import { detectorOf } from '../../services/judge-picture.ts';
import type { EnrolmentResult, Identification, MatchDistance } from '../../services/matcher.ts';
import type { NotLive, Recognised, Subject } from '../../services/recognise.ts';
import { round } from '../numbers.ts';
import { toPassRatio, toReasons, toScoreSource } from './face-mapping.ts';
import type { IdentifyResponse, RegisterResponse, VerifyResponse } from './people-schemas.ts';

/** Decimals of distances, as many as those that were compared with the threshold have (`decisions/match-scale.ts`). */
const digits = 6;

/** An enrolment, or why there is none. */
export function toRegisterResponse(
  { subject, outcome }: NotLive | Recognised<EnrolmentResult>,
  userId: string,
  language: Language,
): RegisterResponse {
  const replaced = outcome?.replaced === true;
  return {
    success: outcome !== null,
    user_id: userId,
    liveness_ok: outcome !== null,
    message: outcome
      ? say(replaced ? 'recognition.replaced' : 'recognition.registered', language)
      : refusal(subject, language),
    replaced,
    details: {
      ...toCompared(subject, language),
      expires_at: outcome?.enrolment.expiresAt?.toISOString() ?? null,
    },
  };
}

/** A comparison, or why there is none: then no distance is shown, for nobody to read. */
export function toVerifyResponse(
  { subject, outcome }: NotLive | Recognised<MatchDistance>,
  { userId, matchThreshold }: { readonly userId: string; readonly matchThreshold: number },
  language: Language,
): VerifyResponse {
  return {
    success: outcome !== null,
    user_id: userId,
    liveness_ok: outcome !== null,
    match: outcome?.match === true,
    cosine_similarity: outcome && round(outcome.similarity, digits),
    cosine_distance: outcome && round(outcome.distance, digits),
    match_threshold: matchThreshold,
    message: outcome
      ? say(outcome.match ? 'recognition.ok' : 'recognition.no_match', language)
      : refusal(subject, language),
    details: {
      ...toCompared(subject, language),
      raw_distance: outcome && round(outcome.rawDistance, digits),
    },
  };
}

/** Who a face may be. */
export function toIdentifyResponse(
  { subject, outcome }: NotLive | Recognised<Identification>,
  matchThreshold: number,
  language: Language,
): IdentifyResponse {
  const candidates = outcome?.candidates ?? [];
  return {
    success: outcome !== null,
    liveness_ok: outcome !== null,
    match: candidates.length > 0,
    user_id: candidates[0]?.userId ?? null,
    candidates: candidates.map(({ userId, similarity, distance, rawDistance }) => ({
      user_id: userId,
      cosine_similarity: round(similarity, digits),
      cosine_distance: round(distance, digits),
      raw_distance: round(rawDistance, digits),
    })),
    match_threshold: matchThreshold,
    message: outcome
      ? say(candidates.length > 0 ? 'recognition.ok' : 'recognition.not_identified', language)
      : refusal(subject, language),
    details: { ...toCompared(subject, language), search: outcome?.searchedWith ?? null },
  };
}

function refusal({ liveness }: Subject, language: Language): string {
  if (liveness === 'heuristic' || liveness === 'experimental')
    return say(`recognition.${liveness}`, language);
  return say('recognition.not_live', language);
}

function toCompared(subject: Subject, language: Language) {
  const { picture, judgement, embeddings, liveness } = subject;
  const clip = picture.kind === 'video' ? picture.judgement : undefined;
  const reasons = [...(clip?.reasons ?? []), ...judgement.reasons];
  return {
    model: embeddings[0]?.model ?? null,
    frames: embeddings.length,
    liveness: {
      is_live: liveness !== 'not_live',
      score: judgement.score,
      threshold: judgement.threshold,
      ...toScoreSource(judgement.scoreSource),
      detector_backend: detectorOf(picture),
      reasons: toReasons(reasons, language),
      ...(clip && { pass_ratio: toPassRatio(clip.passRatio) }),
    },
  };
}
