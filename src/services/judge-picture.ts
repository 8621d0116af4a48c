import type { ClipFacts, FaceFacts, FrameFacts, StageTiming } from '../decisions/facts.ts';
import { type ClipJudgement, type ClipRules, judgeClip } from '../decisions/recognition/judge-clip.ts';
import { type FaceJudgement, judgeFace } from '../decisions/recognition/judge-face.ts';
import { BonafideError } from '../errors.ts';
import { sniffClip } from '../media/sniff-clip.ts';
import { sniffImage } from '../media/sniff-image.ts';
import type { Measurement, Perception } from '../perception/engine.ts';

/** An encoded file, untouched, and what its sender says it is. */
export interface Picture {
  readonly kind: 'image' | 'video';
  readonly bytes: Uint8Array;
}

/** One face of a still, and whether it is live. */
export interface JudgedFace {
  readonly face: FaceFacts;
  readonly judgement: FaceJudgement;
}

/** A still with its faces, the largest first, as far as they were measured; or a clip. */
export type JudgedPicture =
  | { readonly kind: 'image'; readonly facts: FrameFacts; readonly faces: readonly JudgedFace[] }
  | { readonly kind: 'video'; readonly facts: ClipFacts; readonly judgement: ClipJudgement };

/** How pictures are judged. */
export interface PictureRules extends ClipRules {
  /** `VIDEO_LIVENESS_MAX_FRAMES`: frames of a clip that are looked at, spread evenly. */
  readonly maximumFrames: number;
}

/** What is asked of one picture. */
export interface PictureQuestion {
  /** The threshold that the request asks for, 0..1. */
  readonly threshold: number;
  /** How many faces of a still are measured, the largest first: 1 to 10. */
  readonly measuredFaces: number;
  /** What is measured beside texture and anti-spoof scores; of clips embeddings always are. */
  readonly measure?: readonly Measurement[];
  /** Aborts the work when the client has left. */
  readonly signal?: AbortSignal;
  /** Hears what the picture cost as soon as it was looked at, whatever comes of it. */
  readonly onTimings?: (timings: readonly StageTiming[]) => void;
}

/**
 * Looks at a still or a clip and judges the faces in it as seed 004 has it.
 *
 * @throws BonafideError `image_as_video`, `video_as_image`, and all that `Perception.analyseImage` and `analyseClip` throw
 */
export async function judgePicture(
  perception: Perception,
  rules: PictureRules,
  picture: Picture,
  question: PictureQuestion,
): Promise<JudgedPicture> {
  refuseOtherKind(picture);
  const { threshold, measuredFaces, measure: also = [], signal, onTimings } = question;
  const measure: readonly Measurement[] = ['texture', 'anti_spoof', ...also];
  if (picture.kind === 'image') {
    const facts = await perception.analyseImage(picture.bytes, { measuredFaces, measure }, signal);
    onTimings?.(facts.timings);
    const faces = facts.faces
      .slice(0, measuredFaces)
      .map((face) => ({ face, judgement: judgeFace(face, threshold, rules) }));
    return { kind: 'image', facts, faces };
  }
  // A clip that changes hands shows nobody in particular; eyes bear on which frame is the best.
  const facts = await perception.analyseClip(
    picture.bytes,
    { frames: rules.maximumFrames, measure: [...new Set<Measurement>([...measure, 'eyes', 'embedding'])] },
    signal,
  );
  onTimings?.(facts.timings);
  return { kind: 'video', facts, judgement: judgeClip(facts, threshold, rules) };
}

/** The detector that found the faces, by its name in the model registry. */
export function detectorOf({ facts }: JudgedPicture): string {
  return facts.models.find(({ role }) => role === 'detector')?.name ?? 'unknown';
}

/** Width and height in pixels; of a clip those of its first frame, null where none was looked at. */
export function sizeOf(picture: JudgedPicture): { readonly width: number; readonly height: number } | null {
  return (picture.kind === 'image' ? picture.facts : picture.facts.frames[0]) ?? null;
}

/** First bytes tell; a decoder would only say that it does not know the format. */
function refuseOtherKind({ kind, bytes }: Picture): void {
  const image = sniffImage(bytes);
  const isImage = image !== undefined && 'format' in image;
  const isClip = sniffClip(bytes) !== undefined;
  if (kind === 'video' && isImage && !isClip) throw new BonafideError('image_as_video');
  if (kind === 'image' && isClip && !isImage) throw new BonafideError('video_as_image');
}
