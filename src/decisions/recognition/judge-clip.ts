import type { ClipFacts, FaceFacts, FrameFacts } from '../facts.ts';
import { type ClipIdentity, compareFaces } from '../one-person.ts';
import { pictureQuality } from '../picture-quality.ts';
import type { Reason } from '../reasons.ts';
import { chooseSubject } from '../subject.ts';
import { type FaceJudgement, type FaceRules, judgeFace } from './judge-face.ts';

/** How clips are judged. */
export interface ClipRules extends FaceRules {
  /** See `chooseSubject`. */
  readonly bystanderRatio: number;
  /** `VIDEO_LIVENESS_MIN_FRAMES`: frames that show exactly one subject. */
  readonly minimumFrames: number;
  /** `VIDEO_LIVENESS_PASS_RATIO`: the share of those that must be live, 0..1. */
  readonly passRatio: number;
}

/** A frame of a clip with its subject. */
interface JudgedFrame {
  /** Milliseconds since the clip's first frame. */
  readonly at: number;
  readonly face: FaceFacts;
  readonly judgement: FaceJudgement;
  /** See `pictureQuality`. */
  readonly quality: number;
  /** What else than its score keeps the frame from speaking for life; undefined where nothing does. */
  readonly obstacle: Reason['code'] | undefined;
}

/** What became of one frame that was looked at; where several faces could be meant, the largest was judged. */
type FrameOutcome =
  | ({ readonly status: 'one_face' } & JudgedFrame)
  | ({ readonly status: 'several_faces' } & JudgedFrame)
  | { readonly status: 'no_face'; readonly at: number };

/** Whether a clip shows one living person. */
export interface ClipJudgement {
  readonly isLive: boolean;
  /** Each frame that was looked at, in their order. */
  readonly outcomes: readonly FrameOutcome[];
  /** The share of live frames among those with exactly one subject; null where there are none. */
  readonly passRatio: number | null;
  /**
   * The best one, by quality, of the frames with one subject that speak for the verdict; of any frames where there are
   * none; undefined where no face is seen at all.
   */
  readonly best: JudgedFrame | undefined;
  /** Whether the frames with one subject show one person. */
  readonly identity: ClipIdentity;
  /** What kept the clip from being live; none of one that is. */
  readonly reasons: readonly Reason[];
}

/**
 * Judges a clip: enough of its frames show exactly one subject, enough of those are live, and none shows
 * another person. Where too few can be compared to tell, the clip may be live; nobody is enrolled by it.
 *
 * @param asked the threshold that the request asks for, 0..1
 */
export function judgeClip(
  { frames }: Pick<ClipFacts, 'frames'>,
  asked: number,
  rules: ClipRules,
): ClipJudgement {
  const outcomes = frames.map((frame) => judgeFrame(frame, asked, rules));
  const judged = outcomes.filter((outcome) => outcome.status === 'one_face');
  const live = judged.filter(({ judgement }) => judgement.isLive);
  const passRatio = judged.length === 0 ? null : live.length / judged.length;
  const identity = compareFaces(judged.map(({ face }) => face));
  const reasons: Reason[] = [];
  if (judged.length < rules.minimumFrames)
    reasons.push({ code: 'too_few_faces', count: judged.length, minimum: rules.minimumFrames });
  if (passRatio !== null && passRatio < rules.passRatio)
    reasons.push({ code: 'too_few_live', ratio: passRatio, minimum: rules.passRatio });
  if (identity.person === 'face_changed') reasons.push({ code: 'face_changed' });
  const isLive = passRatio !== null && reasons.length === 0;
  const shown = judged.length > 0 ? judged : outcomes.filter((outcome) => outcome.status !== 'no_face');
  return { isLive, outcomes, passRatio, best: bestOf(shown, isLive), identity, reasons };
}

function judgeFrame({ capturedAt, faces }: FrameFacts, asked: number, rules: ClipRules): FrameOutcome {
  const at = capturedAt ?? 0;
  const [face] = faces;
  if (!face) return { status: 'no_face', at };
  const isOne = chooseSubject(faces, rules.bystanderRatio).status === 'chosen';
  const judgement = judgeFace(face, asked, rules);
  const obstacle = isOne ? obstacleOf(judgement) : 'several_faces';
  const frame = { at, face, judgement, quality: pictureQuality(face), obstacle } as const;
  return isOne ? { status: 'one_face', ...frame } : { status: 'several_faces', ...frame };
}

/** What else than its score kept a face from being live; it stands before the signs of an attack. */
function obstacleOf({ isLive, score, threshold, reasons }: FaceJudgement): Reason['code'] | undefined {
  const isByScore = score !== null && score < threshold;
  return isLive || isByScore ? undefined : reasons[0]?.code;
}

/** A score that is shown beside a verdict must not contradict it; of equal frames the first. */
function bestOf(judged: readonly JudgedFrame[], isLive: boolean): JudgedFrame | undefined {
  const agreeing = judged.filter(({ judgement }) => judgement.isLive === isLive);
  const candidates = agreeing.length > 0 ? agreeing : judged;
  return candidates.reduce<JudgedFrame | undefined>(
    (best, frame) => (best && best.quality >= frame.quality ? best : frame),
    undefined,
  );
}
