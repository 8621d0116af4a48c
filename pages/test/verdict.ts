import type { ServerMessage } from '@bonafide/web';
import { type Answer, ServerGone } from './server.ts';
import type { TextKey } from './words.ts';

/** How a check went, for the screen. */
export interface Verdict {
  /** `unsure`: it could not be told, or nobody was judged. */
  readonly tone: 'good' | 'bad' | 'unsure';
  /** A text of ours; the server's own sentence where there is one for it. */
  readonly text: { readonly key: TextKey } | { readonly sentence: string };
  /** The server's sentences on why. */
  readonly notes: readonly string[];
  /** Parts of the check, each passed or not. */
  readonly parts?: readonly VerdictPart[];
}

export interface VerdictPart {
  readonly name: TextKey;
  readonly passed: boolean;
  /** Degrees, or how many blinks. */
  readonly value: { readonly unit: 'degrees' | 'blinks'; readonly amount: number } | null;
}

type Body = Answer['body'];

const sentences = (reasons: readonly { readonly text: string }[] = []): readonly string[] =>
  reasons.map(({ text }) => text);

/** What the server would not do, in its words; each contract has a field of its own for them. */
export function refusal({ body }: Answer): Verdict {
  const { detail, title, message, error_message: kyc } = body;
  const [sentence, ...notes] = [title ?? message ?? kyc, detail].filter(
    (text) => typeof text === 'string' && text !== '',
  );
  return {
    tone: 'unsure',
    text: sentence === undefined ? { key: 'failed' } : { sentence },
    notes: notes.filter((note) => note !== sentence),
  };
}

/** What was asked came to nothing. */
export function ofError(error: unknown): Verdict {
  return { tone: 'unsure', text: { key: error instanceof ServerGone ? 'serverGone' : 'failed' }, notes: [] };
}

/** `GET /v2/sessions/{id}`: the only word that counts. */
export function ofSession({ status, reasons }: Body): Verdict {
  const tone = status === 'passed' ? 'good' : status === 'failed' ? 'bad' : 'unsure';
  return {
    tone,
    text: { key: `session.${status as 'passed' | 'failed' | 'inconclusive' | 'expired'}` },
    notes: sentences(reasons),
  };
}

/** The last message of `WS /ws`. */
export function ofSocket({ type, live, message }: ServerMessage): Verdict {
  if (type === 'complete' && live === true) return { tone: 'good', text: { key: 'live' }, notes: [] };
  if (type === 'complete') return { tone: 'unsure', text: { key: 'turnsAlone' }, notes: [] };
  return { tone: 'bad', text: { key: 'session.failed' }, notes: message === undefined ? [] : [message] };
}

/** `POST /liveness`. */
export function ofSelfie({ liveness_label: label, details }: Body): Verdict {
  const notes = sentences(details.reasons);
  if (label === 'real') return { tone: 'good', text: { key: 'live' }, notes };
  return label === 'spoof'
    ? { tone: 'bad', text: { key: 'attack' }, notes }
    : { tone: 'unsure', text: { key: 'inconclusive' }, notes };
}

/** `POST /liveness/`. */
export function ofKyc({ result }: Body): Verdict {
  const notes = sentences(result.details.reasons);
  if (result.liveness) return { tone: 'good', text: { key: 'live' }, notes };
  return result.score === 0
    ? { tone: 'unsure', text: { key: 'inconclusive' }, notes }
    : { tone: 'bad', text: { key: 'notLive' }, notes };
}

/** `POST /active/blink`. */
export function ofBlink({ active_passed: passed, details }: Body): Verdict {
  const text = { key: passed ? ('blinkPassed' as const) : ('blinkRefused' as const) };
  const blinks = { unit: 'blinks' as const, amount: details.blink_count };
  return {
    tone: passed ? 'good' : 'bad',
    text,
    notes: sentences(details.reasons),
    parts: [{ name: 'blink', passed: details.blink_count > 0, value: blinks }],
  };
}

/** `POST /api/liveness/validate`. */
export function ofFrames({ is_real: isReal, message, checks, details }: Body): Verdict {
  const degrees = (yaw: number | null) => (yaw === null ? null : { unit: 'degrees' as const, amount: yaw });
  const { pose_center: centre, pose_left: left, pose_right: right, blink, face_consistency: same } = checks;
  return {
    tone: isReal ? 'good' : 'bad',
    text: { sentence: message },
    notes: sentences(details.evidence.reasons),
    parts: [
      { name: 'centre', passed: centre.valid, value: degrees(centre.yaw) },
      { name: 'left', passed: left.valid, value: degrees(left.yaw) },
      { name: 'right', passed: right.valid, value: degrees(right.yaw) },
      { name: 'blink', passed: blink.valid, value: { unit: 'blinks', amount: blink.blink_count } },
      { name: 'sameFace', passed: same.valid, value: null },
    ],
  };
}

/** `POST /v1/register`. */
export function ofEnrolment({ success, message, details }: Body): Verdict {
  return {
    tone: success ? 'good' : 'unsure',
    text: { sentence: message },
    notes: sentences(details.liveness.reasons),
  };
}

/** `POST /v1/verify`. */
export function ofVerification({ success, match, message, details }: Body): Verdict {
  if (!success)
    return { tone: 'unsure', text: { sentence: message }, notes: sentences(details.liveness.reasons) };
  return { tone: match ? 'good' : 'bad', text: { key: match ? 'match' : 'noMatch' }, notes: [] };
}
