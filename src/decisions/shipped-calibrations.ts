import yunetV2 from './calibration/live/yunet-minifasnet-v2.json' with { type: 'json' };
import yunetV2V1 from './calibration/live/yunet-minifasnet-v2-v1se.json' with { type: 'json' };
import yunetV2V1V2se from './calibration/live/yunet-minifasnet-v2-v1se-v2se.json' with { type: 'json' };
import type { LiveCalibrationFile } from './live-calibration-file.ts';

/** One for each set of models that was measured; made by `bonafide calibrate`, see `docs/accuracy.md`. */
export const shippedCalibrations = [
  yunetV2V1,
  yunetV2V1V2se,
  yunetV2,
] as readonly unknown[] as readonly LiveCalibrationFile[];
