import { describe, expect, it } from 'vitest';
import type { Reason } from '../decisions/reasons.ts';
import { languages, messages } from '../messages.ts';
import { explain } from './explain.ts';

/** A reason of every code; a new code without one does not compile. */
const samples: { readonly [Code in Reason['code']]: Reason & { readonly code: Code } } = {
  anti_spoof_score: { code: 'anti_spoof_score', model: 'a-net', live: 0.031 },
  anti_spoof_score_missing: { code: 'anti_spoof_score_missing', model: 'a-net' },
  anti_spoof_model_missing: { code: 'anti_spoof_model_missing', model: 'a-net' },
  no_anti_spoof_model: { code: 'no_anti_spoof_model' },
  experimental_net: { code: 'experimental_net' },
  between_thresholds: { code: 'between_thresholds', attack: 0.3, live: 0.9 },
  face_too_small: { code: 'face_too_small', side: 59.9, minimum: 60 },
  face_cut_off: { code: 'face_cut_off', visible: 0.71, minimum: 0.9 },
  face_too_close: { code: 'face_too_close', room: 1.1, minimum: 1.25 },
  face_blurred: { code: 'face_blurred', sharpness: 0.01, minimum: 0.03 },
  face_too_dark: { code: 'face_too_dark', brightness: 0.05, minimum: 0.12 },
  face_too_bright: { code: 'face_too_bright', brightness: 0.97, maximum: 0.93 },
  face_turned_away: { code: 'face_turned_away', yaw: -41.2, pitch: -0.4 },
  pose_unknown: { code: 'pose_unknown' },
  grid_pattern: { code: 'grid_pattern', value: 0.36 },
  glare: { code: 'glare', value: 0.36 },
  straight_lines: { code: 'straight_lines', value: 0.36 },
  too_few_frames: { code: 'too_few_frames', frameRate: 7.25, minimum: 10 },
  too_few_faces: { code: 'too_few_faces', count: 3, minimum: 8 },
  too_few_live: { code: 'too_few_live', ratio: 0.25, minimum: 0.6 },
  blink_seen: { code: 'blink_seen', count: 2 },
  no_face: { code: 'no_face' },
  several_faces: { code: 'several_faces' },
  no_blink: { code: 'no_blink' },
  face_changed: { code: 'face_changed' },
  not_the_selfie: { code: 'not_the_selfie' },
  same_as_selfie: { code: 'same_as_selfie' },
  face_not_comparable: { code: 'face_not_comparable' },
  attack_signs: { code: 'attack_signs' },
  no_attack_signs: { code: 'no_attack_signs' },
  passive_inconclusive: { code: 'passive_inconclusive' },
  no_anti_spoof_model_for_clip: { code: 'no_anti_spoof_model_for_clip' },
  turns_alone: { code: 'turns_alone' },
  closing_one_eye: { code: 'closing_one_eye' },
  closing_too_short: { code: 'closing_too_short' },
  closing_too_long: { code: 'closing_too_long' },
  closing_too_noisy: { code: 'closing_too_noisy' },
  closing_face_turned: { code: 'closing_face_turned' },
  closing_head_moved: { code: 'closing_head_moved' },
  closing_face_warped: { code: 'closing_face_warped' },
  closing_covered: { code: 'closing_covered' },
  closing_abrupt: { code: 'closing_abrupt' },
};
const singleFrame: Reason = { code: 'too_few_frames', frameRate: null, minimum: 10 };
const singleBlink: Reason = { code: 'blink_seen', count: 1 };
const reasons: readonly Reason[] = [...Object.values(samples), singleFrame, singleBlink];

it.each(languages)('says every reason in sentences of its own, nothing left to fill in: %s', (language) => {
  const texts = reasons.map((reason) => explain(reason, language));
  for (const text of texts) expect(text).toMatch(/^(\p{Lu}|a-net|\d)[^{}]+\.$/u);
  expect(new Set(texts).size).toBe(reasons.length);
  expect(texts).toHaveLength(Object.keys(messages[language]).filter((key) => /^reason\./.test(key)).length);
});

describe('numbers', () => {
  it.each([
    ['en', 'a-net scores the face 3.1% live.'],
    ['id', 'a-net memberi wajah ini skor keaslian 3,1%.'],
    ['pt', 'a-net dá ao rosto uma pontuação de 3,1% como real.'],
    ['uz', 'a-net yuzning jonliligini 3,1% deb baholadi.'],
  ] as const)('are written as in %s', (language, text) => {
    expect(explain(samples.anti_spoof_score, language)).toBe(text);
  });

  it('say neither more pixels than there are nor a negative 0', () => {
    expect(explain(samples.face_too_small, 'en')).toMatch(/^The face is 59 pixels across; at least 60 /);
    expect(explain(samples.face_turned_away, 'en')).toMatch(/\(yaw -41°, pitch 0°\)/);
  });

  it('keep a genuine 0', () => {
    expect(explain({ code: 'anti_spoof_score', model: 'a-net', live: 0 }, 'en')).toBe(
      'a-net scores the face 0.0% live.',
    );
    expect(explain({ code: 'too_few_frames', frameRate: 0, minimum: 10 }, 'pt')).toMatch(/\(0,0; /);
  });

  it('have their singular', () => {
    expect(explain(singleBlink, 'pt')).toBe('Foi vista uma piscada.');
    expect(explain(samples.blink_seen, 'pt')).toBe('Foram vistas 2 piscadas.');
    expect(explain(singleFrame, 'en')).toMatch(/^The clip has one frame in all; .+ 10 a second /);
  });
});
