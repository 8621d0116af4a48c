import { describe, expect, it } from 'vitest';
import { blinkCurve, type ClipShape, clipFacts, type Moment } from '../../../test/support/clip-facts.ts';
import { embeddingFacts } from '../../../test/support/facts.ts';
import { type ClipFacts, type FaceFacts, measured, unavailable } from '../facts.ts';
import { uncalibrated } from '../live-calibration.ts';
import { type BlinkQuestion, decideBlink } from './decide-blink.ts';

const me = embeddingFacts([1, 0]);
const other = embeddingFacts([0, 1]);
const blink = blinkCurve(1500);

/** What a net says of a face whose logit is this. */
const score = (logit: number) => measured({ live: 1 / (1 + Math.exp(-logit)), logit });
const nets = (logit: number): FaceFacts['antiSpoof'] => ({ one: score(logit), two: score(logit) });

/** A person who blinks and whom two nets take for live, looked at in full four times a second. */
function clip(momentAt: (milliseconds: number) => Moment | undefined = () => ({}), shape?: ClipShape) {
  return clipFacts((at) => {
    const moment = momentAt(at);
    const isFull = at % 250 < 1000 / (shape?.frameRate ?? 30) - 1e-6;
    const open = { left: blink(at), right: blink(at) };
    const full = { antiSpoof: nets(2), embedding: me };
    return moment && { ...open, ...(isFull && full), ...(isFull ? moment : withoutLook(moment)) };
  }, shape);
}

function withoutLook({ antiSpoof: _, embedding: __, ...moment }: Moment): Moment {
  return moment;
}

function judge(facts: ClipFacts, question: Partial<BlinkQuestion> = {}) {
  const { passed, reasons } = decideBlink(facts, {
    bystanderRatio: 0.5,
    calibration: { ...uncalibrated, limits: { live: 0.7, attack: 0.3 } },
    needsAntiSpoof: false,
    ...question,
  });
  return { passed, codes: reasons.map(({ code }) => code), reasons };
}

it('passes a person who blinks and whom the nets take for live', () => {
  expect(judge(clip())).toMatchObject({ passed: true, codes: ['blink_seen', 'no_attack_signs'] });
});

describe('the nets', () => {
  it.each<[string, (milliseconds: number) => FaceFacts['antiSpoof'], string[]]>([
    ['are all but sure of an attack', () => nets(-2), ['attack_signs']],
    ['doubt', () => nets(-0.6), ['passive_inconclusive']],
    [
      'are sure of an attack for a second and a half',
      (at) => nets(at < 1500 ? -3 : 3),
      ['passive_inconclusive'],
    ],
    [
      'could score no face',
      () => ({ one: unavailable('not_measurable'), two: unavailable('not_measurable') }),
      ['passive_inconclusive'],
    ],
    [
      'are there in part',
      () => ({ one: score(3), two: unavailable('no_model'), three: unavailable('no_model') }),
      ['anti_spoof_model_missing', 'anti_spoof_model_missing'],
    ],
  ])('%s: refused', (_, antiSpoof, refusals) => {
    const { passed, codes } = judge(clip((at) => ({ antiSpoof: antiSpoof(at) })));
    expect([passed, codes]).toEqual([false, [...refusals, 'blink_seen']]);
  });

  it('are named where they are missing', () => {
    const { reasons } = judge(clip(() => ({ antiSpoof: { one: score(3), two: unavailable('no_model') } })));
    expect(reasons).toContainEqual({ code: 'anti_spoof_model_missing', model: 'two' });
  });

  it.each<[string, FaceFacts['antiSpoof']]>([
    ['installed', { one: unavailable('no_model'), two: unavailable('no_model') }],
    ['asked for', {}],
  ])('are none %s: the blink stands alone, unless one is needed', (_, antiSpoof) => {
    const facts = clip(() => ({ antiSpoof }));
    const remark = 'no_anti_spoof_model_for_clip';
    expect(judge(facts)).toMatchObject({ passed: true, codes: ['blink_seen', remark] });
    expect(judge(facts, { needsAntiSpoof: true })).toMatchObject({
      passed: false,
      codes: [remark, 'blink_seen'],
    });
  });

  it('are installed, but were shown no face: that is no server without them', () => {
    const model = { role: 'anti-spoof', name: 'one', pack: 'strong', sha256: 'ab'.repeat(32) } as const;
    const facts = { ...clip(() => ({ antiSpoof: {} })), models: [model] };
    expect(judge(facts)).toMatchObject({ passed: false, codes: ['passive_inconclusive', 'blink_seen'] });
  });
});

describe('the person', () => {
  it('is said to be that of the selfie', () => {
    const { passed, codes } = judge(clip(), { selfie: me });
    expect([passed, codes]).toEqual([true, ['blink_seen', 'same_as_selfie', 'no_attack_signs']]);
  });

  it('is not that of the selfie', () => {
    expect(judge(clip(), { selfie: other })).toMatchObject({ passed: false });
    expect(judge(clip(), { selfie: other }).codes[0]).toBe('not_the_selfie');
  });

  it('changes', () => {
    const facts = clip((at) => ({ embedding: at < 1700 ? me : other }));
    expect(judge(facts).codes[0]).toBe('face_changed');
  });

  it.each([undefined, me])('is seen too little of to tell', (selfie) => {
    const brief = clipFacts(
      (at) => ({
        left: blinkCurve(250)(at),
        right: blinkCurve(250)(at),
        ...(at % 250 < 33 && { antiSpoof: nets(2), embedding: me }),
      }),
      { seconds: 0.5 },
    );
    const { passed, codes } = judge(brief, { selfie });
    expect([passed, codes]).toEqual([false, ['face_not_comparable', 'blink_seen', 'no_attack_signs']]);
  });

  it('is not alone', () => {
    const facts = clip();
    const frames = facts.frames.map((frame) => ({ ...frame, faces: [...frame.faces, ...frame.faces] }));
    expect(judge({ ...facts, frames }).codes[0]).toBe('several_faces');
    const once = facts.frames.map((frame, at) => (at === 30 ? frames[30]! : frame));
    expect(judge({ ...facts, frames: once }).passed).toBe(true);
  });

  it('is not there: nothing else is said', () => {
    expect(judge(clip(() => undefined))).toMatchObject({ passed: false, codes: ['no_face'] });
    expect(judge({ ...clip(), frames: [] })).toMatchObject({ passed: false, codes: ['no_face'] });
  });
});

describe('the blink', () => {
  it('is missing', () => {
    const { passed, codes } = judge(clip(() => ({ left: 1, right: 1 })));
    expect([passed, codes]).toEqual([false, ['no_blink', 'no_attack_signs']]);
  });

  it('cannot be seen in so few frames: nobody is said not to have blinked', () => {
    const { passed, reasons } = judge(clip(() => ({ left: 1, right: 1 }), { frameRate: 7 }));
    expect(passed).toBe(false);
    expect(reasons).toContainEqual({ code: 'too_few_frames', frameRate: 7, minimum: 9 });
    expect(reasons).not.toContainEqual({ code: 'no_blink' });
  });

  it('is a trick, or comes with as many tricks as blinks', () => {
    const swapped = (at: number) => (Math.abs(at - 700) < 90 ? { left: 0.1, right: 0.1 } : {});
    const played = judge(clip(swapped));
    expect([played.passed, played.codes[0]]).toEqual([false, 'closing_abrupt']);
    const alone = judge(clip((at) => ({ left: 1, right: 1, ...swapped(at) })));
    expect(alone).toMatchObject({ passed: false, codes: ['closing_abrupt', 'no_blink', 'no_attack_signs'] });
  });

  it('counts though the eyes were covered once, if there are more', () => {
    const second = blinkCurve(2200);
    const facts = clip((at) => {
      if (Math.abs(at - 700) < 90) return { left: 0.1, right: 0.1 };
      return at > 1900 ? { left: second(at), right: second(at) } : {};
    });
    expect(judge(facts)).toMatchObject({ passed: true });
  });
});
