import { type Blink, findBlinks, type RefusalOfBlink } from './blink.ts';
import calibration from './calibration/blink.json' with { type: 'json' };
import { compareWithSelfie, isOnePersonThroughout } from './clip-person.ts';
import type { ClipFacts, Embedding, FrameFacts } from './facts.ts';
import type { Reason } from './reasons.ts';
import { addEvidence, judgeSession, noEvidence, type SessionEvidence } from './session-evidence.ts';
import { chooseSubject } from './subject.ts';

const { clip: limits } = calibration;

/** What a clip with a blink is judged by. */
export interface BlinkQuestion {
  /** See {@link chooseSubject}. */
  readonly bystanderRatio: number;
  /** The face that must blink; null: it is known to be another check's, but not what it looks like. */
  readonly selfie?: Embedding | null | undefined;
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
 * Judges a clip: one person, the selfie's where there is one, who blinks, and whom no anti-spoof net takes for
 * an attack. Without such a net the blink stands alone, and the reasons say so.
 */
export function decideBlink(facts: ClipFacts, question: BlinkQuestion): BlinkDecision {
  const frameRate = averageFrameRate(facts);
  const movements = findBlinks(facts.frames);
  const refusals = [
    ...faceRefusals(facts.frames, question.bystanderRatio),
    ...blinkRefusals(movements, frameRate),
    ...personRefusals(facts.frames, question.selfie),
  ];
  const { refusal, remarks } = weighAttackSigns(facts.frames);
  if (refusal) refusals.push(refusal);
  const { blinks } = movements;
  const seen: Reason[] = blinks.length > 0 ? [{ code: 'blink_seen', count: blinks.length }] : [];
  return { passed: refusals.length === 0, blinks, frameRate, reasons: [...refusals, ...seen, ...remarks] };
}

function averageFrameRate({ decodedFrames, milliseconds }: ClipFacts): number | null {
  return milliseconds > 0 ? ((decodedFrames - 1) * 1000) / milliseconds : null;
}

function faceRefusals(frames: readonly FrameFacts[], bystanderRatio: number): Reason[] {
  const withFace = frames.filter(({ faces }) => faces.length > 0);
  if (withFace.length === 0) return [{ code: 'no_face' }];
  const crowded = frames.filter(
    ({ faces }) => chooseSubject(faces, bystanderRatio).status === 'several_faces',
  );
  return crowded.length >= limits.severalFaces.value ? [{ code: 'several_faces' }] : [];
}

function blinkRefusals(
  { blinks, refused }: ReturnType<typeof findBlinks>,
  frameRate: number | null,
): Reason[] {
  const refusals: Reason[] = [];
  const minimum = limits.frameRate.value;
  if (frameRate === null || frameRate < minimum)
    refusals.push({ code: 'too_few_frames', frameRate, minimum });
  const played = refused.filter(({ why }) => tricks.has(why));
  // Who covers their eyes for a moment and blinks besides is a person; more tricks than blinks are none.
  if (blinks.length > played.length) return refusals;
  const why = new Set((blinks.length > 0 ? played : refused).map((closing) => closing.why));
  for (const cause of why) refusals.push({ code: `closing_${cause}` });
  // Where nothing could be seen, nothing is said of what was not.
  if (blinks.length === 0 && refusals.every(({ code }) => code !== 'too_few_frames'))
    refusals.push({ code: 'no_blink' });
  return refusals;
}

function personRefusals(frames: readonly FrameFacts[], selfie: BlinkQuestion['selfie']): Reason[] {
  const refusals: Reason[] = [];
  if (!isOnePersonThroughout(frames)) refusals.push({ code: 'face_changed' });
  if (selfie === undefined) return refusals;
  const comparison = compareWithSelfie(frames, selfie);
  if (comparison !== 'same') refusals.push({ code: comparison });
  return refusals;
}

function weighAttackSigns(frames: readonly FrameFacts[]): { refusal?: Reason; remarks: Reason[] } {
  const evidence = frames.reduce<SessionEvidence>(
    (sum, { faces: [face], capturedAt }) => (face ? addEvidence(sum, face, capturedAt ?? 0) : sum),
    noEvidence,
  );
  if (!evidence.hasNet) return { remarks: [{ code: 'no_anti_spoof_model_for_clip' }] };
  if (judgeSession(evidence) === 'attack') return { refusal: { code: 'attack_signs' }, remarks: [] };
  return { remarks: [{ code: 'no_attack_signs' }] };
}
