import { describe, expect, it } from 'vitest';
import { randomVector, testSpace } from '../../test/support/templates.ts';
import type { Embedding } from '../decisions/facts.ts';
import { BonafideError, type ErrorCode } from '../errors.ts';
import type { SessionSummary } from './challenge-client.ts';
import type { MatchDistance } from './matcher.ts';
import { judgeSession } from './session-outcome.ts';

const faces: readonly Embedding[] = [{ ...testSpace, vector: randomVector(1) }];

const seen = (
  summary: Partial<SessionSummary>,
  findings: Partial<SessionSummary['findings']> = {},
  userId: string | null = null,
) => ({
  summary: {
    outcome: 'live' as const,
    frames: { taken: 40, dropped: 1, refused: 0 },
    milliseconds: 9_000,
    ...summary,
    findings: { logOdds: 2, looks: 5, faces, isVouchedFor: true, ...findings },
  },
  hint: undefined,
  models: [],
  userId,
});

/** A matcher that finds the face at this distance, or refuses. */
const matcher = (found: number | ErrorCode) => ({
  verify: async (userId: string): Promise<MatchDistance> => {
    if (typeof found === 'string') throw new BonafideError(found);
    const match = found <= 0.35;
    return { userId, distance: found, similarity: 1 - found, rawDistance: found, match, threshold: 0.35 };
  },
});
const unasked = { verify: () => Promise.reject(new Error('Nobody was to be compared.')) };

describe('somebody who is live', () => {
  it('passes where nobody is to be compared, with the probability of the log-odds', async () => {
    const outcome = await judgeSession(seen({}), unasked);
    expect(outcome).toMatchObject({ status: 'passed', reason: null, match: null, frames: 40, remarks: [] });
    expect(outcome.liveProbability).toBeCloseTo(1 / (1 + Math.exp(-2)), 10);
  });

  it('passes as whom they were to be, and fails as another', async () => {
    expect(await judgeSession(seen({}, {}, 'me'), matcher(0.2))).toMatchObject({
      status: 'passed',
      match: { match: true, distance: 0.2, similarity: 0.8, threshold: 0.35 },
    });
    expect(await judgeSession(seen({}, {}, 'me'), matcher(0.6))).toMatchObject({
      status: 'failed',
      reason: 'no_match',
      match: { match: false },
    });
  });

  it.each(['user_not_found', 'template_of_another_model'] as const)(
    'is nobody for certain where there is nothing to compare with: %s',
    async (code) => {
      const outcome = await judgeSession(seen({}, {}, 'me'), matcher(code));
      expect(outcome).toMatchObject({ status: 'inconclusive', reason: 'not_comparable', match: null });
    },
  );

  it('is nobody for certain without a face to compare', async () => {
    const outcome = await judgeSession(seen({}, { faces: [] }, 'me'), unasked);
    expect(outcome).toMatchObject({ status: 'inconclusive', reason: 'not_comparable' });
  });

  it('is not judged while the database is away', async () => {
    await expect(judgeSession(seen({}, {}, 'me'), matcher('store_unavailable'))).rejects.toMatchObject({
      code: 'store_unavailable',
    });
  });

  it('passes with a remark where the turns alone have decided', async () => {
    const outcome = await judgeSession(seen({}, { isVouchedFor: false, logOdds: null }), unasked);
    expect(outcome).toMatchObject({
      status: 'passed',
      remarks: [{ code: 'turns_alone' }],
      liveProbability: null,
    });
  });
});

it('a session that failed is compared with nobody, and keeps what stood in its way', async () => {
  const hint = { code: 'face_too_small', side: 61, minimum: 80 } as const;
  const failed = seen({ outcome: 'failed', reason: 'session_timeout' }, {}, 'me');
  expect(await judgeSession({ ...failed, hint }, unasked)).toMatchObject({
    status: 'failed',
    reason: 'session_timeout',
    remarks: [hint],
    match: null,
  });
  const open = seen({ outcome: 'failed', reason: 'inconclusive' });
  expect(await judgeSession(open, unasked)).toMatchObject({ status: 'inconclusive', reason: 'inconclusive' });
});
