import calibration from '../calibration/blink.json' with { type: 'json' };
import type { ClipFacts, Embedding, FrameFacts } from '../facts.ts';
import type { LiveCalibration } from '../live-calibration.ts';
import type { Reason } from '../reasons.ts';
import { addEvidence, judgeSession, noEvidence, type SessionEvidence } from '../session-evidence.ts';
import { chooseSubject } from '../subject.ts';
import { comparePerson } from './clip-person.ts';
import { type Blink, type EyeMovements, findBlinks, type RefusalOfBlink } from './find-blinks.ts';

const { clip: limits } = calibration;

/** What a clip with a blink is judged by. */
export interface BlinkQuestion {
  /** See {@link chooseSubject}. */
  readonly bystanderRatio: number;
  /** How scores become evidence. */
  readonly calibration: LiveCalibration;
  /** Nobody passes on a server without any anti-spoof net. */
  readonly needsAntiSpoof: boolean;
  /** The face that must blink; `undefined`: whoever it is. */
  readonly selfie?: Embedding | undefined;
}

/** A decision on one clip. */
export interface BlinkDecision {
  readonly passed: boolean;
  readonly blinks: readonly Blink[];
  /** Frames a second that were recorded, on average; null for a single frame. */
  readonly frameRate: number | null;
  /** What bore on the decision, refusals first. */
  readonly reasons: readonly Reason[];
}

/** What shows somebody's hand in front of a picture rather than a blink. */
const tricks: ReadonlySet<RefusalOfBlink> = new Set(['face_warped', 'covered', 'abrupt']);

/**
 * Judges a clip: one person, the selfie's where there is one, who blinks, and whom the anti-spoof nets take for
 * live. On a server without any such net the blink may stand alone, and the reasons say so.
 */
export function decideBlink(facts: ClipFacts, question: BlinkQuestion): BlinkDecision {
  const frameRate = averageFrameRate(facts);
  if (facts.frames.every(({ faces }) => faces.length === 0))
    return { passed: false, blinks: [], frameRate, reasons: [{ code: 'no_face' }] };
  const movements = findBlinks(facts.frames);
  const findings = [
    companyFindings(facts.frames, question.bystanderRatio),
    blinkFindings(movements, frameRate),
    personFindings(facts.frames, question.selfie),
    antiSpoofFindings(facts, question),
  ];
  const refusals = findings.flatMap((finding) => finding.refusals ?? []);
  const remarks = findings.flatMap((finding) => finding.remarks ?? []);
  const { blinks } = movements;
  return { passed: refusals.length === 0, blinks, frameRate, reasons: [...refusals, ...remarks] };
}

/** What one of the questions came to: it is in favour where there are no refusals. */
interface Findings {
  readonly refusals?: readonly Reason[];
  readonly remarks?: readonly Reason[];
}

function averageFrameRate({ decodedFrames, milliseconds }: ClipFacts): number | null {
  return milliseconds > 0 ? ((decodedFrames - 1) * 1000) / milliseconds : null;
}

function companyFindings(frames: readonly FrameFacts[], bystanderRatio: number): Findings {
  const crowded = frames.filter(
    ({ faces }) => chooseSubject(faces, bystanderRatio).status === 'several_faces',
  );
  return crowded.length >= limits.severalFaces.value ? { refusals: [{ code: 'several_faces' }] } : {};
}

function blinkFindings({ blinks, refused }: EyeMovements, frameRate: number | null): Findings {
  const minimum = limits.frameRate.value;
  const canShowBlinks = frameRate !== null && frameRate >= minimum;
  const refusals: Reason[] = canShowBlinks ? [] : [{ code: 'too_few_frames', frameRate, minimum }];
  const remarks: Reason[] = blinks.length > 0 ? [{ code: 'blink_seen', count: blinks.length }] : [];
  const played = refused.filter(({ why }) => tricks.has(why));
  // Who covers their eyes for a moment and blinks besides is a person; more tricks than blinks are none.
  if (blinks.length > played.length) return { refusals, remarks };
  const why = new Set((blinks.length > 0 ? played : refused).map((closing) => closing.why));
  for (const cause of why) refusals.push({ code: `closing_${cause}` });
  // Where nothing could be seen, nothing is said of what was not.
  if (blinks.length === 0 && canShowBlinks) refusals.push({ code: 'no_blink' });
  return { refusals, remarks };
}

function personFindings(frames: readonly FrameFacts[], selfie: Embedding | undefined): Findings {
  const person = comparePerson(frames, selfie);
  if (person !== 'same') return { refusals: [{ code: person }] };
  return selfie ? { remarks: [{ code: 'same_as_selfie' }] } : {};
}

function antiSpoofFindings(
  { frames, models }: ClipFacts,
  { calibration, needsAntiSpoof }: BlinkQuestion,
): Findings {
  const { isExperimental } = calibration;
  const evidence = frames.reduce<SessionEvidence>(
    (sum, { faces: [face], capturedAt }) =>
      face ? addEvidence(sum, face, capturedAt ?? 0, calibration) : sum,
    noEvidence,
  );
  const isInstalled =
    !isExperimental && (evidence.hasNet || models.some(({ role }) => role === 'anti-spoof'));
  switch (judgeSession(evidence, calibration)) {
    case 'live':
      return { remarks: [{ code: 'no_attack_signs' }] };
    case 'attack':
      return { refusals: [{ code: 'attack_signs' }] };
    case 'unavailable': {
      if (isInstalled) return { refusals: [{ code: 'passive_inconclusive' }] };
      const code = isExperimental ? 'experimental_net' : 'no_anti_spoof_model_for_clip';
      const reasons: Reason[] = [{ code }];
      return needsAntiSpoof ? { refusals: reasons } : { remarks: reasons };
    }
    case 'inconclusive': {
      const missing = calibration.nets === null ? missingNets(frames) : [];
      if (missing.length === 0) return { refusals: [{ code: 'passive_inconclusive' }] };
      return { refusals: missing.map((model) => ({ code: 'anti_spoof_model_missing', model })) };
    }
  }
}

/** The anti-spoof nets that are asked for but not installed. */
function missingNets(frames: readonly FrameFacts[]): readonly string[] {
  const facts = frames.flatMap(({ faces: [face] }) => Object.entries(face?.antiSpoof ?? {}));
  const missing = facts.filter(([, fact]) => fact.status === 'unavailable' && fact.reason === 'no_model');
  return [...new Set(missing.map(([model]) => model))];
}
