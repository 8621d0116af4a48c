import blazefaceOwn from './calibration/live/blazeface-bonafide-antispoof.json' with { type: 'json' };
import blazefaceV2 from './calibration/live/blazeface-minifasnet-v2.json' with { type: 'json' };
import blazefaceV2V1 from './calibration/live/blazeface-minifasnet-v2-v1se.json' with { type: 'json' };
import yunetV2 from './calibration/live/yunet-minifasnet-v2.json' with { type: 'json' };
import yunetV2V1 from './calibration/live/yunet-minifasnet-v2-v1se.json' with { type: 'json' };
import yunetV2V1V2se from './calibration/live/yunet-minifasnet-v2-v1se-v2se.json' with { type: 'json' };
import type { LiveCalibrationFile } from './live-calibration-file.ts';

/**
 * One for each set of models that was measured, YuNet's first; made by `bonafide calibrate`, and checked against the
 * registry and the data by tests. JSON is typed too loosely (a role is a string), hence the detour.
 */
export const shippedCalibrations = [
  yunetV2V1,
  yunetV2V1V2se,
  yunetV2,
  blazefaceV2V1,
  blazefaceV2,
  blazefaceOwn,
] as readonly unknown[] as readonly LiveCalibrationFile[];
