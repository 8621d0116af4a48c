import { isExperimentalAlone } from './experimental-net.ts';
import type { ModelIdentity } from './facts.ts';
import { type Limits, type LiveCalibration, uncalibrated } from './live-calibration.ts';
import type { LiveCalibrationFile } from './live-calibration-file.ts';
import { shippedCalibrations } from './shipped-calibrations.ts';

type Models = readonly Pick<ModelIdentity, 'role' | 'name' | 'sha256'>[];

/**
 * The calibration for the models in use: one that was made for the very same anti-spoof weights, no more and no fewer,
 * with the same detector where there is one, else with another; else {@link uncalibrated}. A file that merely has
 * the name of a net is not that net.
 *
 * @param limits take the place of the calibration's own; one that comes alone takes the other along where they would
 *   cross
 */
export function chooseCalibration(
  models: Models,
  limits: Partial<Limits> = {},
  known: readonly LiveCalibrationFile[] = shippedCalibrations,
): LiveCalibration {
  const fitting = known.filter((file) => isForNets(file, models));
  const chosen: LiveCalibration =
    fitting.find((file) => isForDetector(file, models)) ?? fitting[0] ?? uncalibrated;
  const { name, nets, bias, correlation } = chosen;
  return {
    name,
    nets,
    bias,
    correlation,
    isExperimental: isExperimentalAlone(models),
    limits: moveLimits(chosen.limits, limits),
  };
}

/** Crossed, they would call one face live here and an attack there. */
function moveLimits(own: Limits, { live, attack }: Partial<Limits>): Limits {
  return {
    live: live ?? Math.max(own.live, attack ?? 0),
    attack: attack ?? Math.min(own.attack, live ?? 1),
  };
}

/** Whether it was made for exactly these anti-spoof weights. */
export function isForNets({ models: of }: Pick<LiveCalibrationFile, 'models'>, models: Models): boolean {
  return hashes(of, 'anti-spoof') === hashes(models, 'anti-spoof');
}

export function isForDetector({ models: of }: Pick<LiveCalibrationFile, 'models'>, models: Models): boolean {
  return hashes(of, 'detector') === hashes(models, 'detector');
}

function hashes(models: Models, wanted: ModelIdentity['role']): string {
  return models
    .flatMap(({ role, name, sha256 }) => (role === wanted ? `${name} ${sha256}` : []))
    .sort()
    .join('\n');
}
