import { describe, expect, it } from 'vitest';
import { antiSpoof, faceFacts } from '../../test/support/facts.ts';
import { type FaceFacts, measured, unavailable } from './facts.ts';
import { type LiveCalibration, uncalibrated } from './live-calibration.ts';
import {
  addEvidence,
  isShortOfLooks,
  judgeSession,
  noEvidence,
  type SessionEvidence,
  sessionFigures,
} from './session-evidence.ts';

type Scores = ReturnType<typeof antiSpoof>;

/** Both nets alike: the log-odds of a look are the mean of their logits, up to 3.5. */
const term = { bound: 3.5, mean: 0, scale: 2, weight: 1 };
const calibration: LiveCalibration = {
  name: 'invented',
  nets: { 'minifasnet-v2': term, 'minifasnet-v1se': term },
  bias: 0,
  limits: { live: 0.7, attack: 0.3 },
  correlation: 0.6,
  isExperimental: false,
};
const experimental = { ...calibration, isExperimental: true };

/** Evidence of looks 400 ms apart. */
const session = (looks: readonly (Scores | Partial<FaceFacts>)[], by = calibration): SessionEvidence =>
  looks.reduce<SessionEvidence>((evidence, look, index) => {
    const changes = 'minifasnet-v2' in look ? { antiSpoof: look as Scores } : (look as Partial<FaceFacts>);
    return addEvidence(evidence, faceFacts(changes), index * 400, by);
  }, noEvidence);
const times = <T>(count: number, look: T): T[] => Array.from({ length: count }, () => look);
const judge = (looks: readonly (Scores | Partial<FaceFacts>)[], by = calibration) =>
  judgeSession(session(looks, by), by);

const sure = antiSpoof(0.999, 0.999);
const attack = antiSpoof(0.001, 0.001);
const missing = unavailable('no_model');
const turned = { pose: measured({ yaw: 60, pitch: 0, roll: 0 }) };

describe('a session', () => {
  it('is live or an attack by what the nets say on the whole', () => {
    expect(judge(times(12, sure))).toBe('live');
    expect(judge(times(12, attack))).toBe('attack');
    expect(judge(times(12, antiSpoof(0.4, 0.4)))).toBe('inconclusive');
  });

  it('is surer for looks that agree, by as many as they are worth', () => {
    // One look of log-odds 0.62 is below the limit of 0.85; twelve are worth 12 / (1 + 11 · 0.6) = 1.58 looks.
    const doubtful = antiSpoof(0.65, 0.65);
    expect(judge([doubtful])).toBe('inconclusive');
    expect(judge(times(12, doubtful))).toBe('live');
    expect(sessionFigures(session(times(12, doubtful)), calibration)?.all).toBeCloseTo(0.619 * (12 / 7.6), 3);
    expect(judge(times(12, doubtful), { ...calibration, correlation: 1 })).toBe('inconclusive');
  });

  it('outlives one unlucky look, and two', () => {
    expect(judge([...times(6, sure), attack, attack, ...times(6, sure)])).toBe('live');
  });

  it('does not outlive a second of attack', () => {
    const looks = [...times(20, sure), ...times(3, attack), ...times(20, sure)];
    expect(judge(looks)).toBe('inconclusive');
    // Three looks of -3.5 are worth 3 / (1 + 2 · 0.6).
    expect(sessionFigures(session(looks), calibration)?.worstSecond).toBeCloseTo(-3.5 * (3 / 2.2), 3);
  });

  it('does not listen to looks out of range, nor count them: nobody is judged by the one moment they show', () => {
    const far = { ...turned, antiSpoof: attack };
    expect(judge([...times(8, sure), ...times(8, far)])).toBe('live');
    expect(judge(times(8, { ...turned, antiSpoof: sure }))).toBe('inconclusive');
    const hidden = session([...times(30, far), ...times(7, sure)]);
    expect(isShortOfLooks(hidden, 30, calibration)).toBe(true);
    expect(isShortOfLooks(session([...times(30, far), ...times(8, sure)]), 38, calibration)).toBe(false);
  });
});

describe('nets', () => {
  it('that are all missing leave no evidence', () => {
    expect(judge([{ antiSpoof: { one: missing, other: missing } }])).toBe('unavailable');
    expect(judge([{ antiSpoof: {} }])).toBe('unavailable');
    expect(judge([])).toBe('unavailable');
  });

  it('that are partly missing keep a session from being live where nothing was calibrated without them', () => {
    const alone = (live: number) => ({
      antiSpoof: { one: antiSpoof(live, live)['minifasnet-v2']!, other: missing },
    });
    expect(judge(times(12, alone(0.999)), uncalibrated)).toBe('inconclusive');
    expect(judge(times(12, alone(0.001)), uncalibrated)).toBe('attack');
    const forOne = { ...calibration, nets: { one: { ...term, scale: 1 } } };
    expect(judge(times(12, alone(0.999)), forOne)).toBe('live');
  });

  it('that never could score the face make it inconclusive, and that once could not are forgiven', () => {
    expect(judge([antiSpoof(undefined, undefined)])).toBe('inconclusive');
    expect(judge([antiSpoof(undefined, undefined), ...times(8, sure)])).toBe('live');
  });
});

describe('the experimental net', () => {
  it('may show an attack, and vouches for nobody', () => {
    expect(judge(times(12, attack), experimental)).toBe('attack');
    expect(judge(times(12, sure), experimental)).toBe('unavailable');
    expect(judge(times(12, antiSpoof(0.4, 0.4)), experimental)).toBe('unavailable');
    expect(judge(times(12, { ...turned, antiSpoof: attack }), experimental)).toBe('unavailable');
  });

  it('without a calibration says nothing at all', () => {
    const raw = { ...uncalibrated, isExperimental: true };
    expect(judge(times(12, attack), raw)).toBe('unavailable');
    expect(isShortOfLooks(session([], raw), 8, raw)).toBe(false);
  });
});
