import type { TextureMeasures } from '../facts.ts';
import { clamp } from '../statistics.ts';

/** Signs of an attack that texture shows. */
type SpoofSign = 'axisAnisotropy' | 'glare' | 'lineRatio' | 'penaltySharpSmall';

/** Weights and limits of seed 004's heuristic, its `LIVENESS_…` variables. */
export interface HeuristicSettings {
  /** `LIVENESS_W_BLUR`, `_SAT` and `_FREQ`: what speaks for a living face; 0 and more. */
  readonly weights: Readonly<Record<'blur' | 'saturation' | 'freqHighRatio', number>>;
  /** `LIVENESS_W_AXIS`, `_GLARE`, `_LINES` and `_SHARP_SMALL`: what speaks against it; 0 and more. */
  readonly penalties: Readonly<Record<SpoofSign, number>>;
  /** `LIVENESS_AXIS_SUSPECT`, `_GLARE_` and `_LINES_`: what is no sign up to here; 0..1. */
  readonly suspect: Readonly<Record<Exclude<SpoofSign, 'penaltySharpSmall'>, number>>;
}

/**
 * How strong each sign of an attack is, 0..1: 0 up to its suspect limit, 1 from twice the limit on (the seed names
 * the limits; that a sign which is twice as strong counts in full is our reading of it). A small face that is too
 * sharp has no limit, for the measure itself is 0 below one.
 */
export function signStrengths(
  texture: TextureMeasures,
  { suspect }: Pick<HeuristicSettings, 'suspect'>,
): Readonly<Record<SpoofSign, number>> {
  return {
    axisAnisotropy: beyond(texture.axisAnisotropy, suspect.axisAnisotropy),
    glare: beyond(texture.glare, suspect.glare),
    lineRatio: beyond(texture.lineRatio, suspect.lineRatio),
    penaltySharpSmall: clamp(texture.penaltySharpSmall, 0, 1),
  };
}

/** The penalties of all signs together, each by its strength; 0 without any. */
export function penaltyOf(
  texture: TextureMeasures,
  settings: Pick<HeuristicSettings, 'suspect' | 'penalties'>,
): number {
  const strengths = signStrengths(texture, settings);
  const signs = Object.keys(strengths) as SpoofSign[];
  return signs.reduce((sum, sign) => sum + settings.penalties[sign] * strengths[sign], 0);
}

/**
 * Seed 004's score of a face by its texture alone, 0..1: the weighted sum of sharpness, saturation and high
 * frequencies, less the {@link penaltyOf} signs of an attack. It tells next to nothing of life: it is what the
 * contract says where no anti-spoof net is installed.
 */
export function heuristicScore(texture: TextureMeasures, settings: HeuristicSettings): number {
  const { blur, saturation, freqHighRatio } = settings.weights;
  const positive =
    blur * texture.blur + saturation * texture.saturation + freqHighRatio * texture.freqHighRatio;
  return clamp(positive - penaltyOf(texture, settings), 0, 1);
}

/** 0 up to the limit, 1 from twice the limit on, or from 1 on where that is less. */
function beyond(value: number, limit: number): number {
  if (value <= limit) return 0;
  const full = Math.min(2 * limit, 1);
  return full > limit ? clamp((value - limit) / (full - limit), 0, 1) : 1;
}
