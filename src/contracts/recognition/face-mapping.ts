import { type Box, type FaceFacts, valueIfMeasured } from '../../decisions/facts.ts';
import type { Reason } from '../../decisions/reasons.ts';
import { explain } from '../../messages/explain.ts';
import type { Language } from '../../messages.ts';
import { detectorOf, type JudgedFace, type JudgedPicture } from '../../services/judge-picture.ts';
import { round } from '../numbers.ts';
import type { LivenessResponse } from './schemas.ts';

type Face = LivenessResponse['faces'][number];

/** A picture in the words of seed 004. */
export function toLivenessResponse(
  picture: JudgedPicture,
  { language, elapsed }: { readonly language: Language; readonly elapsed: number },
): LivenessResponse {
  const faces =
    picture.kind === 'image'
      ? picture.faces.map((face) => toFace(face, picture, language))
      : toClipFaces(picture, language);
  return { faces, latency_ms: Math.round(elapsed) };
}

function toFace({ face, judgement }: JudgedFace, picture: JudgedPicture, language: Language): Face {
  const { width, height } = picture.kind === 'image' ? picture.facts : picture.facts.frames[0]!;
  return {
    is_live: judgement.isLive,
    score: judgement.score,
    threshold: judgement.threshold,
    bbox: toBbox(face.box, width, height),
    extra: {
      detector_backend: detectorOf(picture),
      explain: toExplain(face),
      ...toScoreSource(judgement.scoreSource),
      reasons: toReasons(judgement.reasons, language),
    },
  };
}

/** A clip has one subject: its best frame, with the verdict of them all. */
function toClipFaces(picture: JudgedPicture & { readonly kind: 'video' }, language: Language): Face[] {
  const { best, isLive, outcomes, passRatio, reasons } = picture.judgement;
  if (!best) return [];
  const face = toFace(best, picture, language);
  const judged = outcomes.filter((outcome) => outcome.status === 'one_face');
  return [
    {
      ...face,
      is_live: isLive,
      extra: {
        ...face.extra,
        reasons: [...toReasons(reasons, language), ...face.extra.reasons],
        pass_ratio: toPassRatio(passRatio),
        frames: {
          analysed: outcomes.length,
          with_one_face: judged.length,
          live: judged.filter(({ judgement }) => judgement.isLive).length,
        },
        best_frame: toSeconds(best.at),
        per_frame: outcomes.map((outcome) => {
          const { at, status } = outcome;
          if (outcome.status === 'no_face')
            return { t: toSeconds(at), status, is_live: false, score: null, threshold: null, quality: null };
          const { judgement, quality, obstacle } = outcome;
          const { score, threshold } = judgement;
          const counts = outcome.status === 'one_face' && judgement.isLive;
          return {
            t: toSeconds(at),
            status,
            is_live: counts,
            score,
            threshold,
            quality: round(quality, 3),
            ...(obstacle !== undefined && { reason: obstacle }),
          };
        }),
      },
    },
  ];
}

/** A share with three decimals; null where no frame counts. */
export function toPassRatio(ratio: number | null): number | null {
  return ratio === null ? null : round(ratio, 3);
}

/** Where a score comes from; what enrols nobody is marked. */
export function toScoreSource(source: JudgedFace['judgement']['scoreSource']) {
  return {
    score_source: source,
    ...(source === 'heuristic' && { heuristic: true as const }),
    ...(source === 'experimental' && { experimental: true as const }),
  };
}

/** Reasons with their codes, for programs, and in words, for people. */
export function toReasons(reasons: readonly Reason[], language: Language): { code: string; text: string }[] {
  return reasons.map((reason) => ({ code: reason.code, text: explain(reason, language) }));
}

/** A box as whole pixels inside the image, of at least one. */
export function toBbox(box: Box, width: number, height: number): Face['bbox'] {
  const x = clamp(Math.round(box.x), 0, width - 1);
  const y = clamp(Math.round(box.y), 0, height - 1);
  const right = clamp(Math.round(box.x + box.width), x + 1, width);
  const bottom = clamp(Math.round(box.y + box.height), y + 1, height);
  return { x, y, w: right - x, h: bottom - y };
}

function toExplain(face: FaceFacts): Face['extra']['explain'] {
  const texture = valueIfMeasured(face.texture);
  if (!texture) return null;
  return {
    blur: round(texture.blur, 2),
    saturation: round(texture.saturation, 2),
    freq_high_ratio: round(texture.freqHighRatio, 2),
    axis_anisotropy: round(texture.axisAnisotropy, 2),
    glare: round(texture.glare, 2),
    line_ratio: round(texture.lineRatio, 2),
    penalty_sharp_small: round(texture.penaltySharpSmall, 2),
  };
}

function toSeconds(milliseconds: number): number {
  return round(milliseconds / 1000, 3);
}

function clamp(value: number, from: number, to: number): number {
  return Math.min(Math.max(value, from), to);
}
