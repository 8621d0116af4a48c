import { describe, expect, it } from 'vitest';
import { antiSpoof, faceFacts } from '../../test/support/facts.ts';
import { measured, unavailable } from './facts.ts';
import {
  addEvidence,
  judgeSession,
  noEvidence,
  type SessionEvidence,
  sessionFigures,
} from './session-evidence.ts';

type Scores = ReturnType<typeof antiSpoof>;

/** Evidence of looks 400 ms apart. */
const session = (...looks: Scores[]): SessionEvidence =>
  looks.reduce(
    (evidence, scores, index) => addEvidence(evidence, faceFacts({ antiSpoof: scores }), index * 400),
    noEvidence,
  );
const times = (count: number, scores: Scores) => Array.from({ length: count }, () => scores);

const sure = antiSpoof(0.999, 0.999);
const attack = antiSpoof(0.001, 0.001);
const missing = unavailable('no_model');

describe('a session', () => {
  it('is live or an attack by what the nets say on the whole', () => {
    expect(judgeSession(session(...times(12, sure)))).toBe('live');
    expect(judgeSession(session(...times(12, attack)))).toBe('attack');
    expect(judgeSession(session(...times(12, antiSpoof(0.4, 0.4))))).toBe('inconclusive');
  });

  it('outlives one unlucky look, and two', () => {
    expect(judgeSession(session(...times(6, sure), attack, attack, ...times(6, sure)))).toBe('live');
  });

  it('does not outlive a second of attack', () => {
    const evidence = session(...times(20, sure), ...times(3, attack), ...times(20, sure));
    expect(judgeSession(evidence)).toBe('inconclusive');
    expect(sessionFigures(evidence)?.worstSecond).toBe(-3);
  });

  it('is not decided by one net that is too sure', () => {
    const torn = { one: measured({ live: 1, logit: 40 }), other: measured({ live: 0.0001, logit: -9 }) };
    expect(sessionFigures(session(...times(8, torn)))).toEqual({ mean: 0, worstSecond: 0 });
  });
});

describe('nets', () => {
  it('that are all missing leave no evidence', () => {
    expect(judgeSession(session({ one: missing, other: missing }))).toBe('unavailable');
    expect(judgeSession(session({}))).toBe('unavailable');
    expect(judgeSession(noEvidence)).toBe('unavailable');
  });

  it('that are partly missing never make a session live, but may show an attack', () => {
    const alone = (live: number) => ({ one: antiSpoof(live, live)['minifasnet-v2']!, other: missing });
    expect(judgeSession(session(...times(12, alone(0.999))))).toBe('inconclusive');
    expect(judgeSession(session(...times(12, alone(0.001))))).toBe('attack');
  });

  it('that never could score the face make it inconclusive, and that once could not are forgiven', () => {
    expect(judgeSession(session(antiSpoof(undefined, undefined)))).toBe('inconclusive');
    expect(judgeSession(session(antiSpoof(undefined, undefined), ...times(8, sure)))).toBe('live');
  });
});
