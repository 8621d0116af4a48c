import { isMasked } from '../decisions/face-mask.ts';
import { type Embedding, type FaceFacts, valueIfMeasured } from '../decisions/facts.ts';
import { enrolmentThreshold } from '../decisions/recognition/effective-threshold.ts';
import type { FaceJudgement, ScoreSource } from '../decisions/recognition/judge-face.ts';
import { isTrusted, type Trust } from '../decisions/recognition/trusted-score.ts';
import { chooseSubject } from '../decisions/subject.ts';
import { BonafideError } from '../errors.ts';
import type { Perception } from '../perception/engine.ts';
import {
  type JudgedPicture,
  judgePicture,
  type Picture,
  type PictureQuestion,
  type PictureRules,
} from './judge-picture.ts';
import type { EnrolmentResult, Identification, MatchDistance, Matcher } from './matcher.ts';

/** What recognising people needs. */
interface RecogniseParts {
  readonly perception: Perception;
  readonly matcher: Matcher;
  readonly rules: PictureRules;
  /** Which scores are enough to go on. */
  readonly trust: Trust;
}

/** What goes with one request. */
export type RecogniseContext = Pick<PictureQuestion, 'threshold' | 'signal' | 'onTimings'> & {
  /** Hears of the picture as soon as it was judged, whatever comes of it. */
  readonly onJudged?: (picture: JudgedPicture) => void;
};

/** The one person that a picture shows. */
export interface Subject {
  readonly picture: JudgedPicture;
  /** Of the still's face, or of the clip's best frame. */
  readonly judgement: FaceJudgement;
  /**
   * `heuristic`: taken for live, but by texture alone, weighed by the heuristic or by a classifier; `experimental`: by the
   * experimental net alone, or by a classifier that weighs no other.
   */
  readonly liveness: 'live' | 'not_live' | 'heuristic' | 'experimental';
  /** Of the still, or of the best frames of the clip; none where the face cannot be compared, or is not live. */
  readonly embeddings: readonly Embedding[];
  readonly isMasked: boolean;
}

/** A request about somebody who is not live comes to nothing: nobody is enrolled, and nobody compared. */
export interface NotLive {
  readonly subject: Subject;
  readonly outcome: null;
}

/** What came of a request about somebody who is live. */
export interface Recognised<T> {
  readonly subject: Subject;
  readonly outcome: T;
}

/** Somebody to be enrolled. */
export interface Registration {
  readonly userId: string;
  readonly consent?: string | undefined;
  readonly expiresAt?: Date | undefined;
}

/**
 * Frames of a clip that an embedding is the mean of, the best ones: averaging several raised the share of genuine
 * comparisons at 1 % false matches from 0.90 to 0.97 across sessions (issue "Identity"), and more than these add
 * little, for frames of one clip are alike.
 */
const bestFrames = 8;

/**
 * Enrols the one living person of a picture, who is held to no less than the usual threshold: a template outlives the
 * request that was lenient.
 *
 * @throws BonafideError `no_face`, `several_faces`, `face_masked`, `face_not_comparable`, and all that `judgePicture`
 *   and `Matcher.enrol` throw
 */
export async function register(
  { matcher, ...parts }: RecogniseParts,
  { userId, consent, expiresAt }: Registration,
  picture: Picture,
  context: RecogniseContext,
): Promise<NotLive | Recognised<EnrolmentResult>> {
  // A demonstration trusts any score: its operator has chosen to.
  const threshold = parts.trust.allowHeuristic ? context.threshold : enrolmentThreshold(context.threshold);
  const subject = await findSubject(parts, picture, { ...context, threshold }, ['embedding', 'mask']);
  if (subject.liveness !== 'live') return { subject, outcome: null };
  // A template of a masked face would match others who wear masks.
  if (subject.isMasked) throw new BonafideError('face_masked');
  const embeddings = comparable(subject);
  return { subject, outcome: await matcher.enrol({ userId, embeddings, consent, expiresAt }) };
}

/**
 * Compares the one living person of a picture with the template of an id. Whether anybody is enrolled under it is
 * asked first: a picture costs a thousand times more.
 *
 * @param matchThreshold on the common scale; default: of the settings
 * @throws BonafideError `user_not_found`, and as `register` but `face_masked`
 */
export async function verify(
  { matcher, ...parts }: RecogniseParts,
  { userId, matchThreshold }: { readonly userId: string; readonly matchThreshold: number },
  picture: Picture,
  context: RecogniseContext,
): Promise<NotLive | Recognised<MatchDistance>> {
  await matcher.requireEnrolled(userId);
  const subject = await findSubject(parts, picture, context, ['embedding']);
  if (subject.liveness !== 'live') return { subject, outcome: null };
  return { subject, outcome: await matcher.verify(userId, comparable(subject), matchThreshold) };
}

/**
 * Finds who the one living person of a picture may be.
 *
 * @throws BonafideError as `verify` but `user_not_found`
 */
export async function identify(
  { matcher, ...parts }: RecogniseParts,
  { limit, matchThreshold }: { readonly limit: number; readonly matchThreshold: number },
  picture: Picture,
  context: RecogniseContext,
): Promise<NotLive | Recognised<Identification>> {
  const subject = await findSubject(parts, picture, context, ['embedding']);
  if (subject.liveness !== 'live') return { subject, outcome: null };
  const options = { limit, threshold: matchThreshold };
  return { subject, outcome: await matcher.identify(comparable(subject), options) };
}

async function findSubject(
  { perception, rules, trust }: Omit<RecogniseParts, 'matcher'>,
  picture: Picture,
  { onJudged, ...context }: RecogniseContext,
  measure: NonNullable<PictureQuestion['measure']>,
): Promise<Subject> {
  const judged = await judgePicture(perception, rules, picture, { ...context, measuredFaces: 1, measure });
  onJudged?.(judged);
  const seen = judged.kind === 'image' ? subjectOfStill(judged, rules) : subjectOfClip(judged);
  const { isLive, judgement, faces } = seen;
  const liveness = isLive ? gradeOf(judgement.scoreSource, trust) : 'not_live';
  return {
    picture: judged,
    judgement,
    liveness,
    embeddings: liveness === 'live' ? faces.flatMap((face) => valueIfMeasured(face.embedding) ?? []) : [],
    isMasked: faces.some((face) => isMasked(face) === true),
  };
}

/** What a live verdict by such a score is worth. */
function gradeOf(source: ScoreSource, trust: Trust): Exclude<Subject['liveness'], 'not_live'> {
  if (isTrusted(source, trust)) return 'live';
  const basis = source === 'classifier' ? trust.classifierRestsOn : source;
  return basis === 'experimental' ? 'experimental' : 'heuristic';
}

interface SeenSubject {
  readonly isLive: boolean;
  readonly judgement: FaceJudgement;
  /** Whose embeddings count. */
  readonly faces: readonly FaceFacts[];
}

function subjectOfStill(
  { facts, faces: [first] }: JudgedPicture & { readonly kind: 'image' },
  { bystanderRatio }: PictureRules,
): SeenSubject {
  const subject = chooseSubject(facts.faces, bystanderRatio);
  if (subject.status !== 'chosen' || !first)
    throw new BonafideError(subject.status === 'several_faces' ? 'several_faces' : 'no_face');
  return { isLive: first.judgement.isLive, judgement: first.judgement, faces: [first.face] };
}

function subjectOfClip({ judgement }: JudgedPicture & { readonly kind: 'video' }): SeenSubject {
  const { outcomes, best, isLive, identity } = judgement;
  const judged = outcomes.filter((outcome) => outcome.status === 'one_face');
  if (!best || judged.length === 0) throw new BonafideError(best ? 'several_faces' : 'no_face');
  const compared = new Set(identity.person === 'same' ? identity.compared : []);
  const faces = judged
    .filter((frame) => frame.judgement.isLive && compared.has(frame.face))
    .toSorted((one, other) => other.quality - one.quality)
    .slice(0, bestFrames)
    .map(({ face }) => face);
  return { isLive, judgement: best.judgement, faces };
}

function comparable({ embeddings }: Subject): readonly Embedding[] {
  if (embeddings.length === 0) throw new BonafideError('face_not_comparable');
  return embeddings;
}
