import type { ModelIdentity } from '../decisions/facts.ts';
import { probabilityOf } from '../decisions/live-calibration.ts';
import type { Reason } from '../decisions/reasons.ts';
import { BonafideError, type ErrorCode } from '../errors.ts';
import type { SessionMatch, SessionOutcome, SessionRemark } from '../stores/ports.ts';
import type { SessionSummary } from './challenge-client.ts';
import type { Matcher } from './matcher.ts';

/** What a session came to, beside its challenge. */
export interface SessionSeen {
  readonly summary: SessionSummary;
  /** What kept the face from being judged at last. */
  readonly hint: Reason | undefined;
  /** The models that have looked. */
  readonly models: readonly ModelIdentity[];
  /** Whom the face is to be compared with; null: nobody. */
  readonly userId: string | null;
}

/** Nothing (any more) that a face can be compared with; all else is trouble that passes. */
const notComparable: readonly ErrorCode[] = [
  'user_not_found',
  'template_of_another_model',
  'face_not_comparable',
];

/**
 * Judges a session whose challenge is over. Who is live, but not whom they were to be, has failed: nobody shall take
 * `passed` for more than it says.
 *
 * @throws BonafideError `store_unavailable`
 */
export async function judgeSession(
  { summary, hint, models, userId }: SessionSeen,
  matcher: Pick<Matcher, 'verify'>,
): Promise<SessionOutcome> {
  const { outcome, reason = null, frames, findings } = summary;
  const { logOdds, faces, isVouchedFor } = findings;
  const isLive = outcome === 'live';
  const rest = {
    remarks: [...(hint ? [hint] : []), ...(isLive && !isVouchedFor ? [turnsAlone] : [])],
    liveProbability: logOdds === null ? null : probabilityOf(logOdds),
    frames: frames.taken,
    models: models.map(({ role, name, sha256 }) => ({ role, name, sha256 })),
  };
  if (!isLive) {
    const status = reason === 'inconclusive' ? 'inconclusive' : 'failed';
    return { status, reason, match: null, ...rest };
  }
  if (userId === null) return { status: 'passed', reason: null, match: null, ...rest };
  const match = await compare(matcher, userId, faces);
  if (match === null) return { status: 'inconclusive', reason: 'not_comparable', match, ...rest };
  return match.match
    ? { status: 'passed', reason: null, match, ...rest }
    : { status: 'failed', reason: 'no_match', match, ...rest };
}

/** What is said of a session whose server is gone. */
export const lostOutcome: SessionOutcome = {
  status: 'failed',
  reason: 'server_restarted',
  remarks: [],
  liveProbability: null,
  match: null,
  frames: 0,
  models: [],
};

const turnsAlone = { code: 'turns_alone' } as const satisfies SessionRemark & Reason;

async function compare(
  matcher: Pick<Matcher, 'verify'>,
  userId: string,
  faces: SessionSummary['findings']['faces'],
): Promise<SessionMatch | null> {
  if (faces.length === 0) return null;
  try {
    const { match, distance, similarity, threshold } = await matcher.verify(userId, faces);
    return { match, distance, similarity, threshold };
  } catch (error) {
    if (error instanceof BonafideError && notComparable.includes(error.code)) return null;
    throw error;
  }
}
