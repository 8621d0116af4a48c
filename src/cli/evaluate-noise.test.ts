import { describe, expect, it } from 'vitest';
import { shippedCalibrations } from '../decisions/shipped-calibrations.ts';
import { noiseByCalibration, withNoise } from './evaluate-noise.ts';

const file = (source: string, presentation: 'still' | 'clip' = 'still', noisy = false) => ({
  presentation,
  source,
  noisy,
});
const { data } = shippedCalibrations[0]!;
const files = [file('lestari'), file('lestari', 'clip'), file('nuaa'), file('balveer'), file('jtboing')];
const noise = noiseByCalibration(shippedCalibrations, data.manifestSha256, files);

describe('noiseByCalibration', () => {
  it('is what the calibration of this manifest left out as noise, not what it had too little of', () => {
    expect(data.excluded.map(({ source }) => source)).toContain('balveer');
    expect(noise).toEqual({ calibration: shippedCalibrations[0]!.name, sources: ['jtboing', 'lestari'] });
  });

  it('says nothing of another manifest, nor of what is noisy already', () => {
    expect(noiseByCalibration(shippedCalibrations, 'ab'.repeat(32), files)).toBeNull();
    const noisy = [file('lestari', 'still', true), file('nuaa')];
    expect(noiseByCalibration(shippedCalibrations, data.manifestSha256, noisy)).toBeNull();
  });

  it('does without one that does not say what it rests on', () => {
    const mute = { name: 'mine', data: undefined } as unknown as (typeof shippedCalibrations)[number];
    expect(noiseByCalibration([mute, ...shippedCalibrations], data.manifestSha256, files)).toEqual(noise);
  });
});

describe('withNoise', () => {
  it('marks stills of these sources, and leaves clips', () => {
    expect(withNoise(files, noise).map(({ noisy }) => noisy)).toEqual([true, false, false, false, true]);
    expect(withNoise([file('nuaa', 'still', true)], null)[0]!.noisy).toBe(true);
  });
});
