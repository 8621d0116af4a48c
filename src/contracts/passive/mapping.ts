import { type Embedding, type FaceFacts, type StageTiming, valueIfMeasured } from '../../decisions/facts.ts';
import type { Reason } from '../../decisions/reasons.ts';
import { explain } from '../../messages/explain.ts';
import type { Language } from '../../messages.ts';
import type { LivenessCheck } from '../../services/check-liveness.ts';
import { round } from '../numbers.ts';
import type { LivenessResponse } from './schemas.ts';

type Details = LivenessResponse['details'];

/** What the answer says beside the check itself. */
export interface AnswerContext {
  readonly language: Language;
  readonly requestId: string;
  /** Milliseconds since the request arrived. */
  readonly elapsed: number;
  /** Opens an active check and returns the address of its upload. */
  readonly openActiveCheck: (selfie: Embedding) => string;
}

const labels = { live: 'real', attack: 'spoof', inconclusive: 'inconclusive' } as const;

/** A check in the words of seed 000. */
export function toResponse(check: LivenessCheck, context: AnswerContext): LivenessResponse {
  const { askToBlink } = check;
  return {
    liveness_label: labels[check.verdict],
    confidence_score: round(confidence(check), 6),
    requires_active_check: askToBlink !== null,
    ...(askToBlink && {
      fallback: { challenge_type: 'blink' as const, upload_url: context.openActiveCheck(askToBlink) },
    }),
    details: {
      live_probability: check.liveProbability === null ? null : round(check.liveProbability, 6),
      reasons: toReasons(check.reasons, context.language),
      faces: check.facts.faces.map(toFace),
      bystanders: check.bystanders.length,
      image: { width: check.facts.width, height: check.facts.height, format: check.facts.format },
      models: check.facts.models.map(({ role, name, sha256 }) => ({ role, name, sha256 })),
      latency_ms: { total: round(context.elapsed, 1), stages: stageLatencies(check.facts.timings) },
      request_id: context.requestId,
    },
  };
}

/** The confidence in the label, not in life; an inconclusive label claims nothing. */
function confidence({
  verdict,
  liveProbability,
}: Pick<LivenessCheck, 'verdict' | 'liveProbability'>): number {
  if (verdict === 'inconclusive' || liveProbability === null) return 0;
  return verdict === 'live' ? liveProbability : 1 - liveProbability;
}

function toFace(face: FaceFacts): Details['faces'][number] {
  const pose = valueIfMeasured(face.pose);
  const eyes = valueIfMeasured(face.eyes);
  const detectorScore = valueIfMeasured(face.detectorScore);
  const presence = valueIfMeasured(face.presence);
  const { x, y, width, height } = face.box;
  return {
    box: { x: round(x, 1), y: round(y, 1), width: round(width, 1), height: round(height, 1) },
    detector_score: detectorScore === undefined ? null : round(detectorScore, 6),
    presence: presence === undefined ? null : round(presence, 6),
    pose: pose ? { yaw: round(pose.yaw, 1), pitch: round(pose.pitch, 1), roll: round(pose.roll, 1) } : null,
    eyes: eyes ? { left: toEye(eyes.left), right: toEye(eyes.right) } : null,
    texture: toTexture(face),
    anti_spoof: Object.fromEntries(
      Object.entries(face.antiSpoof).map(([model, fact]) => {
        const score = valueIfMeasured(fact);
        return [model, score === undefined ? null : round(score.live, 6)];
      }),
    ),
  };
}

function toEye({ aspectRatio, lidGap }: { readonly aspectRatio: number; readonly lidGap: number }) {
  return { aspect_ratio: round(aspectRatio, 4), lid_gap: round(lidGap, 4) };
}

function toTexture(face: FaceFacts): Details['faces'][number]['texture'] {
  const texture = valueIfMeasured(face.texture);
  if (texture === undefined) return null;
  return {
    blur: round(texture.blur, 4),
    saturation: round(texture.saturation, 4),
    freq_high_ratio: round(texture.freqHighRatio, 4),
    axis_anisotropy: round(texture.axisAnisotropy, 4),
    glare: round(texture.glare, 4),
    line_ratio: round(texture.lineRatio, 4),
    penalty_sharp_small: round(texture.penaltySharpSmall, 4),
  };
}

/** Reasons with their codes, for programs, and in words, for people. */
export function toReasons(reasons: readonly Reason[], language: Language): Details['reasons'] {
  return reasons.map((reason) => ({ code: reason.code, text: explain(reason, language) }));
}

/** Milliseconds by stage; a stage that ran more than once is summed up. */
export function stageLatencies(timings: readonly StageTiming[]): Record<string, number> {
  const stages: Record<string, number> = {};
  for (const { stage, milliseconds } of timings)
    stages[stage] = round((stages[stage] ?? 0) + milliseconds, 2);
  return stages;
}
