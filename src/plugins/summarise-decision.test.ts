import { expect, it } from 'vitest';
import { summarise } from './summarise-decision.ts';

it.each([
  [true, ['anti_spoof_score'], 'live'],
  // What was accepted is live, whatever was remarked upon.
  [true, ['anti_spoof_model_missing'], 'live'],
  [false, ['anti_spoof_score'], 'refused'],
  [false, [], 'refused'],
  [false, ['anti_spoof_score', 'face_too_dark'], 'inconclusive'],
  [false, ['no_blink', 'attack_signs'], 'attack'],
  [false, ['attack_signs', 'face_too_small'], 'attack'],
] as const)('of %s with %j it makes %s', (accepted, codes, outcome) => {
  const reasons = codes.map((code) => ({ code }));
  expect(summarise(accepted, reasons)).toEqual({ outcome, reasons: codes });
});
