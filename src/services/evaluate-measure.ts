import { keepFace, type Measurement } from '../decisions/evaluation/measurement.ts';
import type { FaceFacts, StageTiming } from '../decisions/facts.ts';
import type { LiveCalibration } from '../decisions/live-calibration.ts';
import { BonafideError, type ErrorCode } from '../errors.ts';
import type { Perception } from '../perception/engine.ts';
import { clipRequest } from './check-blink.ts';
import { checkLiveness } from './check-liveness.ts';

/** What measuring needs to know; nothing of it changes what is measured but the bystanders. */
export interface MeasureOptions {
  readonly calibration: LiveCalibration;
  /** See `chooseSubject` in decisions/subject.ts. */
  readonly bystanderRatio: number;
}

/** Says more of the machine than of the file: worth a second try. */
const perhapsTheMachine: ReadonlySet<ErrorCode> = new Set(['perception_lost', 'deadline_exceeded']);

/** Says nothing of the file: whoever measures stops. */
const neverTheFile: ReadonlySet<ErrorCode> = new Set(['busy', 'cancelled', 'shutting_down']);

/**
 * Measures one picture by the passive check, or one clip as the active checks look at it, and keeps what decisions
 * need of it.
 *
 * @param bytes the encoded file, untouched
 * @throws BonafideError `busy`, `cancelled`, `shutting_down`; whatever the file is to blame for is an answer
 */
export async function measureFile(
  perception: Perception,
  options: MeasureOptions,
  presentation: 'still' | 'clip',
  bytes: Uint8Array,
): Promise<Measurement> {
  const once = () =>
    presentation === 'still' ? measureStill(perception, options, bytes) : measureClip(perception, bytes);
  try {
    return await once().catch((error) => {
      if (error instanceof BonafideError && perhapsTheMachine.has(error.code)) return once();
      throw error;
    });
  } catch (error) {
    if (!(error instanceof BonafideError) || neverTheFile.has(error.code)) throw error;
    return { presentation, outcome: 'unanswered', reason: error.code };
  }
}

async function measureStill(
  perception: Perception,
  options: MeasureOptions,
  bytes: Uint8Array,
): Promise<Measurement> {
  const { facts, subject } = await checkLiveness(perception, { ...options, mayAskToBlink: false }, bytes);
  const { width, height, format, faces, timings } = facts;
  return {
    presentation: 'still',
    outcome: 'measured',
    width,
    height,
    format,
    faces: faces.length,
    face: keepFace(subject),
    timings: shortened(timings),
  };
}

async function measureClip(perception: Perception, bytes: Uint8Array): Promise<Measurement> {
  const { container, codec, decodedFrames, milliseconds, frames, timings } = await perception.analyseClip(
    bytes,
    clipRequest,
  );
  const looks = frames.flatMap(({ capturedAt, faces: [face] }) =>
    face && wasAskedAbout(face) ? [{ at: capturedAt ?? 0, face: keepFace(face) }] : [],
  );
  const [frame] = frames;
  if (!frame || looks.length === 0) return { presentation: 'clip', outcome: 'unanswered', reason: 'no_face' };
  return {
    presentation: 'clip',
    outcome: 'measured',
    width: frame.width,
    height: frame.height,
    format: `${container}/${codec}`,
    decodedFrames,
    milliseconds,
    looks,
    timings: shortened(timings),
  };
}

/** A face that was merely followed says nothing of liveness. */
function wasAskedAbout({ antiSpoof, detectorScore }: FaceFacts): boolean {
  const facts = Object.values(antiSpoof);
  return facts.length === 0
    ? detectorScore.status === 'measured'
    : facts.some((fact) => fact.status === 'measured' || fact.reason !== 'not_requested');
}

function shortened(timings: readonly StageTiming[]) {
  return timings.map(({ stage, milliseconds }) => [stage, Math.round(milliseconds * 1000) / 1000] as const);
}
