import type { TextureMeasures } from '../../src/decisions/facts.ts';
import { uncalibrated } from '../../src/decisions/live-calibration.ts';
import type { HeuristicSettings } from '../../src/decisions/recognition/heuristic.ts';
import type { ClipRules } from '../../src/decisions/recognition/judge-clip.ts';

/** The values of seed 004's example, in good light. */
export const seedTexture: TextureMeasures = {
  blur: 1,
  saturation: 0.23,
  freqHighRatio: 0.69,
  axisAnisotropy: 0.12,
  glare: 0.01,
  lineRatio: 0.02,
  penaltySharpSmall: 0,
  brightness: 0.5,
};

/** The score of that example (a quotient: the linter takes the decimals for those of a square root). */
export const seedScore = 707 / 1000;

/** The defaults of seed 004. */
export const heuristicSettings: HeuristicSettings = {
  weights: { blur: 0.35, saturation: 0.2, freqHighRatio: 0.45 },
  penalties: { axisAnisotropy: 0.25, glare: 0.12, lineRatio: 0.15, penaltySharpSmall: 0.12 },
  suspect: { axisAnisotropy: 0.35, glare: 0.08, lineRatio: 0.1 },
};

/** How clips are judged by default. */
export const clipRules: ClipRules = {
  heuristic: heuristicSettings,
  needsAntiSpoof: false,
  calibration: uncalibrated,
  bystanderRatio: 0.5,
  minimumFrames: 8,
  passRatio: 0.6,
};
