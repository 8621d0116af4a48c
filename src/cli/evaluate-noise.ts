import type { NoiseByCalibration } from '../decisions/evaluation/report.ts';
import type { LiveCalibrationFile } from '../decisions/live-calibration-file.ts';
import { untrusted } from './calibrate-assemble.ts';
import type { ManifestFile } from './evaluate-manifest.ts';

/**
 * What a calibration that was fitted to this very manifest left out as noise: whoever evaluates the same files without
 * saying so again would fit it anew to that noise, and quote it. Of stills alone, which are what it was fitted to.
 *
 * @param calibrations the first that was fitted to the manifest is asked
 * @returns null where that adds nothing to what is noisy already
 */
export function noiseByCalibration(
  calibrations: readonly Pick<LiveCalibrationFile, 'name' | 'data'>[],
  manifestSha256: string,
  files: readonly Pick<ManifestFile, 'presentation' | 'source' | 'noisy'>[],
): NoiseByCalibration | null {
  // A file of the operator's own need not say what it rests on.
  const fitted = calibrations.find(({ data }) => data?.manifestSha256 === manifestSha256);
  const left = new Set(
    fitted?.data.excluded?.flatMap(({ source, why }) => (why === untrusted ? source : [])) ?? [],
  );
  const added = files.filter(
    ({ presentation, source, noisy }) => presentation === 'still' && !noisy && left.has(source),
  );
  const sources = [...new Set(added.map(({ source }) => source))].sort();
  return fitted && sources.length > 0 ? { calibration: fitted.name, sources } : null;
}

/** The files, those stills among them marked. */
export function withNoise<File extends Pick<ManifestFile, 'presentation' | 'source' | 'noisy'>>(
  files: readonly File[],
  noise: NoiseByCalibration | null,
): readonly File[] {
  return files.map((file) => ({
    ...file,
    noisy: file.noisy || (file.presentation === 'still' && (noise?.sources.includes(file.source) ?? false)),
  }));
}
