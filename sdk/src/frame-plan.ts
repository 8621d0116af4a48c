/**
 * How large frames are and how hard they are compressed, by how long their answers take.
 *
 * The rule: down a step when answers take longer than the session can bear, two when far longer; up a step when they
 * would still come in time if all that they take were due to the bytes. A step down that does not help is taken back:
 * then the server takes the time, not the link, and smaller pictures would only be worse. As with the window of TCP,
 * what was tried in vain is tried again after ever longer times (Chiu & Jain 1989; RFC 5681).
 */

/** What a frame is encoded as. */
export interface FrameFormat {
  /** Longest side, in pixels. */
  readonly side: number;
  /** Of the JPEG, 0..1. */
  readonly quality: number;
}

/**
 * From the best to the smallest; each has two thirds to three quarters of the bytes of the one before. The first is what the
 * contract asks for (docs/clients/javascript.md). The last is as small as the server can judge: a face in the oval is
 * 0.3 of the longer side or more, and 80 pixels are needed (`minimumFaceSide` in view-range.json).
 */
export const formats = [
  { side: 640, quality: 0.85 },
  { side: 640, quality: 0.7 },
  { side: 480, quality: 0.7 },
  { side: 480, quality: 0.5 },
  { side: 320, quality: 0.6 },
  { side: 320, quality: 0.4 },
] as const satisfies readonly FrameFormat[];

/** What was learned from the answers so far. */
export interface FramePlan {
  /** Which of `formats` the next frame has. */
  readonly level: number;
  /** Milliseconds that the latest answers at this level took, oldest first. */
  readonly answers: readonly number[];
  /** Where the latest step down came from, and how long answers took there; null once it has proved its worth. */
  readonly before: { readonly level: number; readonly roundTrip: number } | null;
  /** Fast answers in a row that a step up takes. */
  readonly patience: number;
  /** The latest step was one up. */
  readonly hasRisen: boolean;
  /** Answers for which no step down is tried, because none helped. */
  readonly resting: number;
  /** For how many it rests when the next step does not help either. */
  readonly rest: number;
}

/** Milliseconds between frames: 7 a second, which turns need (docs/clients/javascript.js). */
export const frameInterval = 143;

/** Milliseconds of an answer beyond which a turn's holding shows in too few frames: `turn.hold` in challenge.json asks for two at 3 a second. */
export const slowAnswer = 333;

/**
 * Milliseconds of an answer under which frames may be larger: a step up has one and a half times the bytes. It is no
 * matter of the frames' own pace, for a far server's answers never come at that, on the best of links.
 */
const fastAnswer = slowAnswer / 1.5;

/**
 * A share of the round trip that a smaller frame must save. A step saves a quarter of the bytes or more (measured at 400
 * kbit/s: 17, 13 and 9 kB, answers in 384, 309 and 206 ms); a server that is slow by itself saves nothing.
 */
const worthwhile = 0.15;
const firstPatience = 2;
const mostPatience = 32;
/** Not longer at first, for a link may be slow and a server late at the same time: a session has half a minute. */
const firstRest = 5;
const mostRest = 40;

/**
 * In the middle: on a slow link the first answers come within a second (20 kB take 0.4 s at 400 kbit/s), on a fast one
 * the best format is reached with the fifth frame.
 */
export const firstPlan: FramePlan = {
  level: 2,
  answers: [],
  before: null,
  patience: firstPatience,
  hasRisen: false,
  resting: 0,
  rest: firstRest,
};

export function formatOf({ level }: FramePlan): FrameFormat {
  return formats[level]!;
}

/** Whether even the smallest frames take long, so that the user should know. */
export function isHopelesslySlow({ level, answers }: FramePlan): boolean {
  return level === formats.length - 1 && answers.length >= 2 && mean(answers.slice(-2)) > 2 * slowAnswer;
}

/** @param roundTrip milliseconds from the sending of a frame to its answer */
export function planAfter(plan: FramePlan, roundTrip: number): FramePlan {
  const answers = [...plan.answers, roundTrip].slice(-mostPatience);
  const next = { ...plan, answers, resting: Math.max(plan.resting - 1, 0) };
  const latest = mean(answers.slice(-2));
  if (plan.before) return judgeStep(next, latest);
  const areTwo = answers.length >= 2;
  // Where much of the time is not the link's, one step alone would save too little to be told from chance.
  const isFarTooSlow = roundTrip > 2 * slowAnswer || (areTwo && latest > 1.5 * slowAnswer);
  if (isFarTooSlow || (areTwo && latest > slowAnswer)) return stepDown(next, isFarTooSlow ? 2 : 1, latest);
  const mayRise = answers.length >= plan.patience && answers.slice(-plan.patience).every(isFast);
  return mayRise && plan.level > 0 ? { ...next, level: plan.level - 1, answers: [], hasRisen: true } : next;
}

function stepDown(plan: FramePlan, steps: number, roundTrip: number): FramePlan {
  const level = Math.min(plan.level + steps, formats.length - 1);
  if (level === plan.level || plan.resting > 0) return plan;
  const patience = plan.hasRisen ? Math.min(plan.patience * 2, mostPatience) : plan.patience;
  return { ...plan, level, answers: [], before: { level: plan.level, roundTrip }, patience, hasRisen: false };
}

/** Whether the step down was worth it, once two answers tell. */
function judgeStep(plan: FramePlan, roundTrip: number): FramePlan {
  const { before, answers } = plan;
  if (answers.length < 2 || before === null) return plan;
  if (roundTrip < before.roundTrip * (1 - worthwhile)) return { ...plan, before: null, rest: firstRest };
  const { rest } = plan;
  const longerRest = Math.min(rest * 2, mostRest);
  return { ...plan, level: before.level, answers: [], before: null, resting: rest, rest: longerRest };
}

const isFast = (roundTrip: number) => roundTrip < fastAnswer;
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
