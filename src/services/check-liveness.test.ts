import { describe, expect, it } from 'vitest';
import { scriptedPerception } from '../../test/support/app.ts';
import { antiSpoof, embeddingFacts, faceFacts, frameFacts } from '../../test/support/facts.ts';
import { measured, unavailable } from '../decisions/facts.ts';
import { uncalibrated } from '../decisions/live-calibration.ts';
import type { ImageRequest } from '../perception/engine.ts';
import { checkLiveness, type LivenessCheckOptions } from './check-liveness.ts';

const options: LivenessCheckOptions = { calibration: uncalibrated, bystanderRatio: 0.5 };
const person = embeddingFacts([1, 0]);

/** A face that the nets are not sure of; it is embedded where that is asked for. */
async function checkUnsure(changes: Partial<LivenessCheckOptions>) {
  const asked: ImageRequest[] = [];
  const perception = {
    ...scriptedPerception(),
    analyseImage: async (_bytes: Uint8Array, request: ImageRequest) => {
      asked.push(request);
      const embedding = request.measure?.includes('embedding')
        ? measured(person)
        : unavailable('not_requested');
      return frameFacts(faceFacts({ antiSpoof: antiSpoof(0.6, 0.6), embedding }));
    },
  };
  const check = await checkLiveness(perception, { ...options, ...changes }, Buffer.from('a picture'));
  return { check, asked, codes: check.reasons.map(({ code }) => code) };
}

describe('whose face it is', () => {
  it('is asked for in the one look, for the blink that may follow', async () => {
    const { check, asked, codes } = await checkUnsure({});
    expect(asked.map(({ measure }) => measure)).toEqual([['eyes', 'texture', 'anti_spoof', 'embedding']]);
    expect(check).toMatchObject({ verdict: 'inconclusive', askToBlink: person });
    expect(codes).not.toContain('face_not_comparable');
  });

  it('is not where no blink can follow, which is no fault of the face', async () => {
    const { check, asked, codes } = await checkUnsure({ mayAskToBlink: false });
    expect(asked.map(({ measure }) => measure)).toEqual([['eyes', 'texture', 'anti_spoof']]);
    expect(check).toMatchObject({ verdict: 'inconclusive', askToBlink: null });
    expect(codes).not.toContain('face_not_comparable');
  });
});
