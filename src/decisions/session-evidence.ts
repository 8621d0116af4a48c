import calibration from './calibration/challenge.json' with { type: 'json' };
import { type FaceFacts, type Fact, valueIfMeasured } from './facts.ts';
import { clamp, mean } from './statistics.ts';

/** What the anti-spoof nets said at one moment of a session. */
interface Glimpse {
  readonly at: number;
  /** Mean of the nets' bounded logits: positive speaks for a bona fide presentation. */
  readonly logit: number;
}

/** What the anti-spoof nets said throughout a session. */
export interface SessionEvidence {
  readonly glimpses: readonly Glimpse[];
  /** Some net that is asked for is installed. */
  readonly hasNet: boolean;
  /** Some net that is asked for is not. */
  readonly lacksNet: boolean;
}

/** Before the first look. */
export const noEvidence: SessionEvidence = { glimpses: [], hasNet: false, lacksNet: false };

/** `unavailable`: there is no anti-spoof net on this machine, or none is asked for. */
export type SessionVerdict = 'live' | 'attack' | 'inconclusive' | 'unavailable';

/** The figures that a verdict rests on; logits. */
export interface SessionFigures {
  readonly mean: number;
  /** Mean of the worst second that was looked at often enough; the mean of all where there is none. */
  readonly worstSecond: number;
}

/** Adds what the nets said of a face; a face that none was asked about adds nothing. */
export function addEvidence(evidence: SessionEvidence, face: FaceFacts, at: number): SessionEvidence {
  const facts = Object.values(face.antiSpoof);
  const logits = facts.flatMap((fact) => valueIfMeasured(fact)?.logit ?? []);
  const glimpse = { at, logit: mean(logits.map(bounded)) };
  return {
    glimpses: logits.length === 0 ? evidence.glimpses : [...evidence.glimpses, glimpse],
    hasNet: evidence.hasNet || facts.some((fact) => fact.status === 'measured' || isUnmeasurable(fact)),
    lacksNet: evidence.lacksNet || facts.some((fact) => lacksModel(fact)),
  };
}

/** The figures of a session; null where no net ever scored the face. */
export function sessionFigures({ glimpses }: SessionEvidence): SessionFigures | null {
  if (glimpses.length === 0) return null;
  const overall = mean(glimpses.map(({ logit }) => logit));
  const { milliseconds, looks } = calibration.evidence.window;
  const seconds = glimpses
    .map(({ at }) => glimpses.filter((other) => other.at >= at && other.at <= at + milliseconds))
    .filter((second) => second.length >= looks)
    .map((second) => mean(second.map(({ logit }) => logit)));
  return { mean: overall, worstSecond: Math.min(overall, ...seconds) };
}

/**
 * Judges a session once, at its end: evidence spread over all of it errs far less often than that of any
 * stretch. An attack is what the nets take for one on the whole. Live is what they take for live on the
 * whole and nowhere for an attack throughout a second: a screen gives itself away while its edge is in view,
 * and a person who hands over to one does so for a while.
 *
 * As for a still picture (`fusion.ts`), nets that are asked for but missing keep a session from being live:
 * it does not rest on the others alone.
 */
export function judgeSession(evidence: SessionEvidence): SessionVerdict {
  const figures = sessionFigures(evidence);
  if (figures === null) return evidence.hasNet ? 'inconclusive' : 'unavailable';
  const { attack, live, worstSecond } = calibration.evidence;
  if (figures.mean <= attack.value) return 'attack';
  const isLive = figures.mean >= live.value && figures.worstSecond >= worstSecond.value;
  return isLive && !evidence.lacksNet ? 'live' : 'inconclusive';
}

/**
 * Whether a session was looked at too seldom to be judged.
 *
 * @param fullLooks looks at a face, which have to do where no net scores it
 */
export function isShortOfLooks({ hasNet, glimpses }: SessionEvidence, fullLooks: number): boolean {
  return (hasNet ? glimpses.length : fullLooks) < calibration.evidence.minimumLooks.value;
}

/** Beyond the bound a net is sure, and how sure says nothing more. */
function bounded(logit: number): number {
  const { value } = calibration.evidence.bound;
  return clamp(logit, -value, value);
}

function lacksModel(fact: Fact<unknown>): boolean {
  return fact.status === 'unavailable' && fact.reason === 'no_model';
}

function isUnmeasurable(fact: Fact<unknown>): boolean {
  return fact.status === 'unavailable' && fact.reason === 'not_measurable';
}
