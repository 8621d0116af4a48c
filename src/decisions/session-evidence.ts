import rules from './calibration/challenge.json' with { type: 'json' };
import type { FaceFacts, Fact } from './facts.ts';
import { combineLogOdds, type LiveCalibration, liveLogOdds, logOddsOf } from './live-calibration.ts';
import type { Reason } from './reasons.ts';
import { viewObstacles } from './view-range.ts';

/** What the anti-spoof nets said at one moment of a session. */
interface Glimpse {
  readonly at: number;
  /** Of a live face, by the calibration: positive speaks for a bona fide presentation. */
  readonly logOdds: number;
}

/** What the anti-spoof nets said throughout a session. */
export interface SessionEvidence {
  /** Of looks in which the face was in range. */
  readonly glimpses: readonly Glimpse[];
  /** Some net that is asked for is installed. */
  readonly hasNet: boolean;
  /** Some net that is asked for is not. */
  readonly lacksNet: boolean;
}

/** Before the first look. */
export const noEvidence: SessionEvidence = { glimpses: [], hasNet: false, lacksNet: false };

/**
 * `unavailable`: there is no anti-spoof net on this machine, none is asked for, or it is the experimental one, which can
 * refuse and vouches for nobody.
 */
export type SessionVerdict = 'live' | 'attack' | 'inconclusive' | 'unavailable';

/** The figures that a verdict rests on; log-odds, each of several looks together (`combineLogOdds`). */
export interface SessionFigures {
  readonly all: number;
  /** Of the worst second that was looked at often enough; of all where there is none. */
  readonly worstSecond: number;
}

/**
 * Adds what the nets said of a face; a face that none was asked about adds nothing. One that is out of range, turned
 * far for instance, says nothing.
 */
export function addEvidence(
  evidence: SessionEvidence,
  face: FaceFacts,
  at: number,
  calibration: LiveCalibration,
): SessionEvidence {
  const facts = Object.values(face.antiSpoof);
  const logOdds = viewObstacles(face).length === 0 ? liveLogOdds(face, calibration) : undefined;
  return {
    glimpses: logOdds === undefined ? evidence.glimpses : [...evidence.glimpses, { at, logOdds }],
    hasNet: evidence.hasNet || facts.some((fact) => fact.status === 'measured' || isUnmeasurable(fact)),
    lacksNet: evidence.lacksNet || facts.some((fact) => lacksModel(fact)),
  };
}

/** The figures of a session; null where no net ever scored the face in range. */
export function sessionFigures(
  { glimpses }: SessionEvidence,
  calibration: LiveCalibration,
): SessionFigures | null {
  const together = (looks: readonly Glimpse[]) =>
    combineLogOdds(
      looks.map(({ logOdds }) => logOdds),
      calibration,
    );
  const all = together(glimpses);
  if (all === undefined) return null;
  const { milliseconds, looks } = rules.evidence.window;
  const seconds = glimpses
    .map(({ at }) => glimpses.filter((other) => other.at >= at && other.at <= at + milliseconds))
    .filter((second) => second.length >= looks);
  const worst = Math.min(...seconds.map((second) => together(second)!));
  return { all, worstSecond: seconds.length === 0 ? all : worst };
}

/**
 * Judges a session once, at its end: evidence spread over all of it errs far less often than that of any stretch.
 * All looks together are held to the limits of a still picture. Live is moreover nowhere an attack throughout a
 * second: a screen gives itself away while its edge is in view, and a person who hands over to one does so for a
 * while.
 *
 * As for a still picture (`fusion.ts`), nets that are asked for but missing keep a session from being live where what
 * is there was not calibrated without them. The experimental net may show an attack, and nothing else.
 */
export function judgeSession(evidence: SessionEvidence, calibration: LiveCalibration): SessionVerdict {
  const { isExperimental, limits, nets } = calibration;
  const figures = sessionFigures(evidence, calibration);
  if (figures !== null && figures.all <= logOddsOf(limits.attack)) return 'attack';
  if (isExperimental || !evidence.hasNet) return 'unavailable';
  if (figures === null) return 'inconclusive';
  const isLive =
    figures.all >= logOddsOf(limits.live) && figures.worstSecond >= rules.evidence.worstSecond.value;
  return isLive && (nets !== null || !evidence.lacksNet) ? 'live' : 'inconclusive';
}

/**
 * Whether a session was looked at too seldom to be judged. Looks that say nothing do not count: whoever shows a face
 * in range for a moment only is not judged by that moment.
 *
 * @param fullLooks looks at a face, which have to do where no net scores it
 */
export function isShortOfLooks(
  { hasNet, glimpses }: SessionEvidence,
  fullLooks: number,
  { isExperimental }: LiveCalibration,
): boolean {
  return (hasNet && !isExperimental ? glimpses.length : fullLooks) < rules.evidence.minimumLooks.value;
}

/** What keeps a look at this face from counting; undefined where nothing does, or where it need not be in range. */
export function lookObstacle(
  face: FaceFacts,
  { hasNet }: SessionEvidence,
  { isExperimental }: LiveCalibration,
): Reason | undefined {
  return hasNet && !isExperimental ? viewObstacles(face)[0] : undefined;
}

function lacksModel(fact: Fact<unknown>): boolean {
  return fact.status === 'unavailable' && fact.reason === 'no_model';
}

function isUnmeasurable(fact: Fact<unknown>): boolean {
  return fact.status === 'unavailable' && fact.reason === 'not_measurable';
}
