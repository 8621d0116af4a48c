import { type Pose, valueIfMeasured } from '../facts.ts';
import type { LiveCalibration } from '../live-calibration.ts';
import { mean } from '../statistics.ts';
import { type AskedPose, checkPose, checkSizes, type PoseCheck, type SizeCheck } from './checks.ts';
import { type AttackSign, type PosedEvidence, weighEvidence } from './evidence.ts';
import { inOrder } from './order.ts';
import { findStillBlinks, type StillBlinks } from './still-blink.ts';
import {
  type CheckError,
  chooseSubjects,
  errorOf,
  faceOf,
  type PosedFrames,
  type PosedSubject,
  type PosedSubjects,
} from './subjects.ts';

/** What the frames are judged by. */
export interface PosedFramesOptions {
  /** Confidence from which the face is real, 0..1. */
  readonly threshold: number;
  /** A strong sign of an attack refuses the frames, whatever the confidence. */
  readonly attackVeto: boolean;
  /** Nobody is real on a machine with no anti-spoof net but the experimental one; else the frames alone decide there. */
  readonly needsAntiSpoof: boolean;
  /** Of the passive check. */
  readonly passive: LiveCalibration;
  /** See `chooseSubject`. */
  readonly bystanderRatio: number;
}

/** A check that was made, or why it was not: then it is not passed. */
export type Checked<T> = ({ readonly error?: never } & T) | { readonly error: CheckError };

/** All five checks of seed 002. */
export interface PosedChecks {
  readonly left: Checked<PoseCheck & { readonly pose: Pose }>;
  readonly right: Checked<PoseCheck & { readonly pose: Pose }>;
  readonly center: Checked<PoseCheck & { readonly pose: Pose }>;
  readonly blink: Checked<StillBlinks>;
  readonly consistency: Checked<SizeCheck>;
}

/** The verdict on posed frames. */
export interface PosedFramesDecision {
  readonly isReal: boolean;
  /** 0..1; see {@link judgePosedFrames}. */
  readonly confidence: number;
  readonly checks: PosedChecks;
  readonly passed: number;
  readonly evidence: PosedEvidence;
  /** A strong sign of an attack was found and counts, or nothing could look for one where something must. */
  readonly vetoed: boolean;
}

/**
 * Judges posed frames as seed 002 describes, and by what it leaves out: whether they show one person, in
 * different pictures, who is no flat picture and whom the anti-spoof nets do not take for an attack: their doubt
 * leaves the verdict to the checks.
 *
 * The confidence is the mean of the five checks' confidences times the share of checks that are passed: who
 * fails one of them ends at 0.64 at most. (Seed 002's examples give 0.95 and 0.25; it prints 0.85 and 0.45,
 * which no mean of its own numbers gives.) A veto halves what is left of it below the threshold.
 */
export function judgePosedFrames(frames: PosedFrames, options: PosedFramesOptions): PosedFramesDecision {
  const subjects = chooseSubjects(frames, options.bystanderRatio);
  const evidence = weighEvidence(subjects, options.passive);
  const checks: PosedChecks = {
    left: poseOf(subjects.left, 'left'),
    right: poseOf(subjects.right, 'right'),
    center: poseOf(subjects.center, 'center'),
    blink: blinkOf(subjects),
    consistency: consistencyOf(subjects, evidence),
  };
  const all = Object.values(checks);
  const passed = all.filter((check) => check.error === undefined && check.valid).length;
  const earned = confidenceOf(all.map((check) => (check.error === undefined ? check : noCheck)));
  const vetoed = evidence.signs.some((sign) =>
    isLackOfNets(sign) ? options.needsAntiSpoof : options.attackVeto,
  );
  const confidence = vetoed ? Math.min(earned, options.threshold) / 2 : earned;
  return { isReal: !vetoed && confidence >= options.threshold, confidence, checks, passed, evidence, vetoed };
}

function isLackOfNets(sign: AttackSign): boolean {
  return sign === 'no_anti_spoof_model' || sign === 'experimental_net';
}

const noCheck = { valid: false, confidence: 0 };

/** The combination that {@link judgePosedFrames} describes. */
export function confidenceOf(
  checks: readonly { readonly valid: boolean; readonly confidence: number }[],
): number {
  const passed = checks.filter(({ valid }) => valid).length / checks.length;
  return mean(checks.map(({ confidence }) => confidence)) * passed;
}

function poseOf(subject: PosedSubject, asked: AskedPose): PosedChecks['left'] {
  if (subject.error) return { error: subject.error };
  const pose = valueIfMeasured(subject.face.pose);
  return pose ? { ...checkPose(asked, pose), pose } : { error: 'no_pose' };
}

function blinkOf(subjects: PosedSubjects): PosedChecks['blink'] {
  const blinks = findStillBlinks(subjects.blink.map(faceOf), [
    faceOf(subjects.center),
    faceOf(subjects.left),
    faceOf(subjects.right),
  ]);
  if (blinks.measured > 0) return blinks;
  return { error: subjects.blink.map(errorOf).find(Boolean) ?? 'missing' };
}

function consistencyOf(subjects: PosedSubjects, evidence: PosedEvidence): PosedChecks['consistency'] {
  const all = inOrder(subjects);
  const faces = all.flatMap((subject) => faceOf(subject) ?? []);
  // One face alone is consistent with nothing.
  if (faces.length < 2) return { error: all.map(errorOf).find(Boolean) ?? 'missing' };
  const sizes = checkSizes(faces);
  return evidence.isInconsistent ? { ...sizes, valid: false, confidence: 0 } : sizes;
}
